// Puts itself between node:fs and everything in this thread that imports it, and records on a `Disk` what is done to
// the files of one folder. Nothing is really synced there: what that is good for only shows in what the disk remembers.
import fs, { type NoParamCallback, type PathLike } from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import { basename, dirname } from 'node:path'
import type { Disk } from '../log/disk.ts'

/** The files that a crash must not hurt; others only say who is there. */
const isOurs = (name: string): boolean => name.startsWith('data.pages') || /^log\.\d/.test(name)

type Views = readonly NodeJS.ArrayBufferView[]
type WriteDone = (error: NodeJS.ErrnoException | null, bytes: number, views: Views) => void

const bytesOf = (view: NodeJS.ArrayBufferView): Uint8Array =>
  new Uint8Array(view.buffer, view.byteOffset, view.byteLength)

export class Recording implements Disposable {
  readonly #folder: string
  readonly #disk: Disk
  readonly #syncMs: number
  readonly #before = { ...fs }
  readonly #recorded: Record<string, unknown>
  /** Descriptors of the folder's files, as the disk knows them; and of the folder itself. */
  readonly #files = new Map<number, { name: string; fd: number }>()
  readonly #folders = new Set<number>()
  /** Writes under way, by the names of their files: syncing what is under way would promise nothing. */
  readonly #inFlight = new Map<string, number>()

  constructor(folder: string, disk: Disk, syncMs: number) {
    this.#folder = folder
    this.#syncMs = syncMs
    this.#disk = disk
    this.#recorded = this.#functions()
    Object.assign(fs, this.#recorded)
    syncBuiltinESMExports()
  }

  [Symbol.dispose](): void {
    for (const name of Object.keys(this.#recorded)) Object.assign(fs, { [name]: this.#before[name as keyof typeof fs] })
    syncBuiltinESMExports()
  }

  #functions(): Record<string, unknown> {
    const real = this.#before
    return {
      openSync: (path: PathLike, flags: string | number = 'r', mode?: number): number => {
        const fd = real.openSync(path, flags, mode)
        this.#opened(fd, String(path), flags)
        return fd
      },
      closeSync: (fd: number): void => {
        real.closeSync(fd)
        const file = this.#files.get(fd)
        if (file) this.#disk.close(file.fd)
        this.#files.delete(fd)
        this.#folders.delete(fd)
      },
      writeSync: (fd: number, bytes: Uint8Array, from: number, length: number, position: number): number => {
        const done = real.writeSync(fd, bytes, from, length, position)
        this.#write(fd, [bytes.subarray(from, from + done)], position)
        return done
      },
      writevSync: (fd: number, views: Views, position: number): number => {
        const done = real.writevSync(fd, views, position)
        this.#write(fd, views.map(bytesOf), position)
        return done
      },
      writev: (fd: number, views: Views, position: number, done: WriteDone): void => {
        this.#write(fd, views.map(bytesOf), position)
        this.#count(fd, 1)
        real.writev(fd, views as NodeJS.ArrayBufferView[], position, (error, bytes) => {
          this.#count(fd, -1)
          done(error, bytes, views)
        })
      },
      fsyncSync: (fd: number) => this.#syncNow(fd),
      fdatasyncSync: (fd: number) => this.#syncNow(fd),
      fsync: (fd: number, done: NoParamCallback) => this.#sync(fd, done),
      fdatasync: (fd: number, done: NoParamCallback) => this.#sync(fd, done),
      renameSync: (from: PathLike, to: PathLike): void => {
        real.renameSync(from, to)
        if (this.#isOurs(from)) this.#disk.rename(String(from), String(to))
      },
      rmSync: (path: PathLike, options?: fs.RmOptions): void => {
        real.rmSync(path, options)
        if (this.#isOurs(path)) this.#disk.remove(String(path))
      },
    }
  }

  #isOurs(path: PathLike): boolean {
    return dirname(String(path)) === this.#folder && isOurs(basename(String(path)))
  }

  #opened(fd: number, path: string, flags: string | number): void {
    if (path === this.#folder) this.#folders.add(fd)
    if (!this.#isOurs(path)) return
    const isNew = typeof flags === 'string' ? flags.startsWith('w') : (flags & fs.constants.O_TRUNC) !== 0
    this.#files.set(fd, { name: basename(path), fd: isNew ? this.#disk.create(path) : this.#disk.open(path) })
  }

  #write(fd: number, pieces: readonly Uint8Array[], position: number): void {
    const file = this.#files.get(fd)
    if (!file) return
    let at = position
    for (const piece of pieces) {
      this.#disk.write(file.fd, piece, 0, piece.length, at)
      at += piece.length
    }
  }

  #count(fd: number, change: number): void {
    const name = this.#files.get(fd)?.name
    if (name !== undefined) this.#inFlight.set(name, (this.#inFlight.get(name) ?? 0) + change)
  }

  #syncNow(fd: number): void {
    if (this.#folders.has(fd)) this.#disk.syncDirectory()
    const file = this.#synced(fd)
    if (file === null) return
    this.#disk.syncNow(file)
    for (const endMs = performance.now() + this.#syncMs; performance.now() < endMs; ) continue
  }

  #sync(fd: number, done: NoParamCallback): void {
    const file = this.#synced(fd)
    if (file === null) setImmediate(done, null)
    else this.#disk.sync(file, (error) => setTimeout(done, 2 * this.#syncMs, error))
  }

  /** The disk's descriptor of a file that is about to be synced. */
  #synced(fd: number): number | null {
    const file = this.#files.get(fd)
    if (!file) return null
    if (this.#inFlight.get(file.name)) throw new Error(`${file.name} is synced while it is being written`)
    return file.fd
  }
}
