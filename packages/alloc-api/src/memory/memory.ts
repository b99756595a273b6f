// A memory is one SharedArrayBuffer, or the shared WebAssembly.Memory around it, with a directory in its first page.
// Three backends make them (`/sab`, `/wasm`, `/native`); what they make is used in the same way.
//
//   sab      a SharedArrayBuffer on whole pages       TypeScript and native code
//   wasm     a shared WebAssembly.Memory, ≤ 4 GiB     TypeScript, WebAssembly and native code
//   native   a memfd or file mapped over a shared     the same, and other processes
//            WebAssembly.Memory (beyond 4 GiB: over a SharedArrayBuffer)
import type { BackendKind } from '../backend.ts'
import { ParperosError } from '../errors.ts'
import { Directory, PAGE_BYTES } from './directory.ts'
import { Region } from './region.ts'

/** All that another worker of this process needs: structured-clonable. Other processes open the file or descriptor. */
export interface MemoryHandle {
  readonly kind: BackendKind
  readonly bytes: number
  /** Exactly one of these two is there. */
  readonly wasm: WebAssembly.Memory | null
  readonly buffer: SharedArrayBuffer | null
}

export interface MemoryInfo {
  kind: BackendKind
  bytes: number
  freeBytes: number
  regions: { name: string; byteOffset: number; byteLength: number }[]
  /** How the memory was made, in words. */
  backing: string
}

/** One kind of memory that can be made. */
export interface MemoryBackend<Options extends MemoryOptions = MemoryOptions, Made extends Memory = Memory> {
  readonly kind: BackendKind
  readonly component: 'memory'
  /** Null when it can be made here, else one sentence that says why not. */
  unavailable(): string | null
  create(options: Options): Promise<Made>
}

export interface MemoryOptions {
  /** Size in bytes; rounded up to whole pages of 4 KiB (WebAssembly: 64 KiB). */
  bytes: number
}

export class Memory implements Disposable {
  readonly kind: BackendKind
  readonly bytes: number
  readonly buffer: SharedArrayBuffer
  /** The WebAssembly memory around the buffer, when there is one. */
  readonly wasm: WebAssembly.Memory | null
  readonly #directory: Directory

  /** Takes over the handle's bytes, whose directory must have been written. Throws a coded error otherwise. */
  constructor(handle: MemoryHandle) {
    this.kind = handle.kind
    this.wasm = handle.wasm
    this.buffer = (handle.wasm ? handle.wasm.buffer : handle.buffer) as SharedArrayBuffer
    this.bytes = handle.bytes
    if (this.bytes > this.buffer.byteLength || this.bytes < PAGE_BYTES) {
      throw new ParperosError('BAD_SIZE', `a handle of ${this.bytes} bytes for a buffer of ${this.buffer.byteLength}`)
    }
    this.#directory = new Directory(this.buffer)
    this.#directory.check(this.bytes)
  }

  /** What to post to another worker. */
  get handle(): MemoryHandle {
    return { kind: this.kind, bytes: this.bytes, wasm: this.wasm, buffer: this.wasm ? null : this.buffer }
  }

  /** Carves the next `bytes` (rounded up to pages) and names them. Throws `TOO_SMALL` or `BAD_NAME`. */
  region(bytes: number, name: string): Region {
    if (!Number.isSafeInteger(bytes) || bytes < 0) {
      throw new ParperosError('BAD_OPTION', `a Region's size is a whole number of bytes, got ${bytes}`)
    }
    return this.#regionOf(this.#directory.carve(name, bytes))
  }

  /** The Region of that name, or undefined. */
  find(name: string): Region | undefined {
    const entry = this.#directory.find(name)
    return entry && this.#regionOf(entry)
  }

  /** The names of all Regions, in the order in which they were carved. */
  names(): string[] {
    return this.#directory.entries().map(({ name }) => name)
  }

  get freeBytes(): number {
    return this.#directory.freeBytes
  }

  info(): MemoryInfo {
    return {
      kind: this.kind,
      bytes: this.bytes,
      freeBytes: this.freeBytes,
      regions: this.#directory.entries(),
      backing: this.wasm ? 'shared WebAssembly.Memory' : 'SharedArrayBuffer',
    }
  }

  /** Lets go of what the operating system lent (descriptors); the bytes live as long as any worker refers to them. */
  close(): void {
    // Buffers and WebAssembly memories are collected with their last reference.
  }

  [Symbol.dispose](): void {
    this.close()
  }

  /** What `console.log` shows: a summary, never the bytes. */
  [Symbol.for('nodejs.util.inspect.custom')](): string {
    const regions = this.names().join(', ')
    return `Memory { ${this.kind}, ${this.bytes} bytes, ${this.freeBytes} free, Regions: ${regions || 'none'} }`
  }

  #regionOf({ byteOffset, byteLength }: { byteOffset: number; byteLength: number }): Region {
    return new Region(this, byteOffset, byteLength)
  }
}

/** Whether a value has the form of a {@link MemoryHandle}. */
export function isMemoryHandle(value: unknown): value is MemoryHandle {
  if (typeof value !== 'object' || value === null) return false
  const { kind, bytes, wasm, buffer } = value as Partial<MemoryHandle>
  const known = kind === 'sab' || kind === 'wasm' || kind === 'native'
  const shared = wasm ? wasm.buffer : buffer
  return known && Number.isSafeInteger(bytes) && shared instanceof SharedArrayBuffer
}

/** The memory that a handle names, in this worker. Throws `BAD_HANDLE`, `BAD_MAGIC`, `BAD_VERSION` or `BAD_SIZE`. */
export function adoptMemory(handle: MemoryHandle): Memory {
  if (!isMemoryHandle(handle)) {
    throw new ParperosError('BAD_HANDLE', 'a memory handle has kind, bytes, and a shared buffer or WebAssembly memory')
  }
  return new Memory(handle)
}

/** Checks a size and rounds it up to `unit`; at least the directory and one page have to fit. */
export function roundedBytes(bytes: number, unit: number, maximum: number): number {
  if (!Number.isSafeInteger(bytes) || bytes < 1) {
    throw new ParperosError('BAD_OPTION', `a memory's size is a whole number of bytes above 0, got ${bytes}`)
  }
  const rounded = Math.max(Math.ceil(bytes / unit) * unit, 2 * PAGE_BYTES)
  if (rounded > maximum) {
    throw new ParperosError('BAD_OPTION', `this kind of memory has at most ${maximum} bytes, got ${bytes}`)
  }
  return rounded
}
