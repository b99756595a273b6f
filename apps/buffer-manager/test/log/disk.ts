// A disk that records what the log does to it, and works out what a power failure at any moment can leave. What was written
// since a file was last synced may have arrived or not, sector by sector and in any order; so may the file's length; names
// that were given or taken since the folder was synced arrive in order, up to anywhere.
import type { Random } from '@parperos/alloc-api/conformance'
import type { LogFiles } from '../../src/log/files.ts'

const SECTOR = 512
const none = new Uint8Array(0)

interface Node {
  bytes: Uint8Array
  length: number
}

interface WriteEvent {
  kind: 'write'
  node: Node
  position: number
  /** Empty for zeros that make the file longer: whether they arrive shows in its length only. */
  bytes: Uint8Array
  end: number
}

type Event<Note> =
  | WriteEvent
  /** Done with what was written before event `upTo`. */
  | { kind: 'sync'; node: Node; upTo: number }
  | { kind: 'name'; name: string; node: Node }
  | { kind: 'rename'; from: string; to: string }
  | { kind: 'remove'; name: string }
  | { kind: 'sync-names' }
  | { kind: 'note'; value: Note }

/** What is there after a crash: file names and their contents. */
export type Contents = Map<string, Uint8Array>

const nameOf = (path: string): string => path.slice(path.lastIndexOf('/') + 1)

export class Disk<Note = unknown> implements LogFiles {
  readonly aheadBytes = 4096
  readonly quickSyncMs: number = 0
  readonly events: Event<Note>[] = []
  readonly #names = new Map<string, Node>()
  readonly #open = new Map<number, Node>()
  #nextFd = 1
  /** The names when the recording began, and what the files held. */
  readonly #before = new Map<string, Node>()
  readonly #held = new Map<Node, Uint8Array>()

  constructor(contents: Contents = new Map()) {
    for (const [name, bytes] of contents) {
      const node = { bytes: bytes.slice(), length: bytes.length }
      this.#names.set(name, node)
      this.#before.set(name, node)
      this.#held.set(node, bytes)
    }
  }

  /** Something that is known at this moment, for whoever examines what a later crash left. */
  note(value: Note): void {
    this.events.push({ kind: 'note', value })
  }

  create(path: string): number {
    const node = { bytes: new Uint8Array(0), length: 0 }
    this.#names.set(nameOf(path), node)
    this.events.push({ kind: 'name', name: nameOf(path), node })
    return this.#descriptor(node)
  }

  open(path: string): number {
    const node = this.#names.get(nameOf(path))
    if (!node) throw Object.assign(new Error(`ENOENT: ${path}`), { code: 'ENOENT' })
    return this.#descriptor(node)
  }

  openRead(path: string): number {
    return this.open(path)
  }

  close(fd: number): void {
    if (!this.#open.delete(fd)) throw new Error(`EBADF: ${fd}`)
  }

  write(fd: number, bytes: Uint8Array, from: number, length: number, position: number): number {
    const node = this.#node(fd)
    const given = bytes.subarray(from, from + length)
    const isLonger = position >= node.length && given.every((byte) => byte === 0)
    put(node, position, given)
    this.events.push({ kind: 'write', node, position, bytes: isLonger ? none : given.slice(), end: position + length })
    return length
  }

  read(fd: number, bytes: Uint8Array, from: number, length: number, position: number): number {
    const node = this.#node(fd)
    const found = node.bytes.subarray(position, Math.min(position + length, node.length))
    bytes.set(found, from)
    return found.length
  }

  syncNow(fd: number): void {
    this.events.push({ kind: 'sync', node: this.#node(fd), upTo: this.events.length })
  }

  sync(fd: number, done: (error: Error | null) => void): void {
    // What is written from now on need not be synced by it.
    const event: Event<Note> = { kind: 'sync', node: this.#node(fd), upTo: this.events.length }
    setImmediate(() => {
      this.events.push(event)
      done(null)
    })
  }

  syncDirectory(): void {
    this.events.push({ kind: 'sync-names' })
  }

  rename(from: string, to: string): void {
    const node = this.#names.get(nameOf(from))
    if (!node) throw new Error(`ENOENT: ${from}`)
    this.#names.delete(nameOf(from))
    this.#names.set(nameOf(to), node)
    this.events.push({ kind: 'rename', from: nameOf(from), to: nameOf(to) })
  }

  remove(path: string): void {
    this.#names.delete(nameOf(path))
    this.events.push({ kind: 'remove', name: nameOf(path) })
  }

  list(): string[] {
    return [...this.#names.keys()]
  }

  /** The last note before event `at`. */
  noted(at: number): Note {
    const last = this.events.slice(0, at).findLast((event) => event.kind === 'note')
    if (!last) throw new Error('nothing was noted')
    return last.value
  }

  /**
   * What the power failing after `at` events can leave. Without `random`: all that was written but not synced is lost
   * ('none') or there ('all').
   */
  crash(at: number, choice: Random | 'none' | 'all'): Contents {
    const chosen = (count: number): number => {
      if (choice === 'none') return 0
      return choice === 'all' ? count : choice.below(count + 1)
    }
    const events = this.events.slice(0, at)
    const names = new Map<string, Node>()
    for (const [name, node] of this.#before) names.set(name, node)
    const aboutNames = events.flatMap((event, i) => (isAboutNames(event) ? [i] : []))
    const synced = events.findLastIndex(({ kind }) => kind === 'sync-names')
    const sure = aboutNames.filter((i) => i < synced).length
    for (const i of aboutNames.slice(0, sure + chosen(aboutNames.length - sure))) applyName(events[i], names)
    return new Map([...names].map(([name, node]) => [name, this.#contentOf(node, events, chosen)]))
  }

  #contentOf(node: Node, events: readonly Event<Note>[], chosen: (count: number) => number): Uint8Array {
    const file: Node = { bytes: this.#held.get(node)?.slice() ?? new Uint8Array(0), length: 0 }
    file.length = file.bytes.length
    let synced = 0
    for (const event of events) if (event.kind === 'sync' && event.node === node) synced = Math.max(synced, event.upTo)
    const inDoubt: WriteEvent[] = []
    events.forEach((event, i) => {
      if (event.kind !== 'write' || event.node !== node) return
      if (i >= synced) inDoubt.push(event)
      else if (event.bytes === none) lengthen(file, event.end)
      else put(file, event.position, event.bytes)
    })
    const durable = file.length
    // Each sector is as it was after some number of the writes that touch it.
    const touching = new Map<number, WriteEvent[]>()
    for (const event of inDoubt) {
      if (event.bytes === none) {
        lengthen(file, durable + chosen(event.end - durable))
        continue
      }
      const last = Math.floor((event.end - 1) / SECTOR)
      for (let sector = Math.floor(event.position / SECTOR); sector <= last; sector++) {
        touching.set(sector, [...(touching.get(sector) ?? []), event])
      }
    }
    for (const [sector, writes] of touching) {
      for (const { position, bytes, end } of writes.slice(0, chosen(writes.length))) {
        const from = Math.max(position, sector * SECTOR)
        const to = Math.min(end, (sector + 1) * SECTOR)
        put(file, from, bytes.subarray(from - position, to - position))
      }
    }
    const length = durable + chosen(Math.max(file.length - durable, 0))
    return file.bytes.slice(0, length)
  }

  #descriptor(node: Node): number {
    this.#open.set(this.#nextFd, node)
    return this.#nextFd++
  }

  #node(fd: number): Node {
    const node = this.#open.get(fd)
    if (!node) throw new Error(`EBADF: ${fd}`)
    return node
  }
}

const isAboutNames = ({ kind }: Event<unknown>): boolean => kind === 'name' || kind === 'rename' || kind === 'remove'

function applyName(event: Event<unknown>, names: Map<string, Node>): void {
  if (event.kind === 'name') names.set(event.name, event.node)
  if (event.kind === 'remove') names.delete(event.name)
  if (event.kind === 'rename') {
    const node = names.get(event.from)
    names.delete(event.from)
    if (node) names.set(event.to, node)
  }
}

function put(node: Node, position: number, bytes: Uint8Array): void {
  lengthen(node, position + bytes.length)
  node.bytes.set(bytes, position)
}

function lengthen(node: Node, end: number): void {
  if (end > node.bytes.length) {
    const longer = new Uint8Array(Math.max(end, node.bytes.length * 2))
    longer.set(node.bytes)
    node.bytes = longer
  }
  node.length = Math.max(node.length, end)
}
