// A native memory: a memfd or a file, mapped with MAP_FIXED over the pages of a shared WebAssembly.Memory (up to 4 GiB)
// or of a SharedArrayBuffer (beyond). TypeScript, WebAssembly, native code and other processes then see the same bytes.
import { closeSync, constants, fstatSync, fsyncSync, ftruncateSync, linkSync, openSync, rmSync } from 'node:fs'
import { ParperosError } from '../errors.ts'
import { Directory, PAGE_BYTES } from '../memory/directory.ts'
import { Memory, type MemoryHandle, type MemoryInfo, type MemoryOptions } from '../memory/memory.ts'
import { fixedWasmMemory, MAX_WASM_BYTES, WASM_PAGE_BYTES } from '../wasm.ts'
import { loadNative, system } from './addon.ts'

export interface NativeMemoryOptions extends MemoryOptions {
  /** Put the bytes in a new file of this name, so that they outlive the process. Without it they are a memfd. */
  path?: string
}

/** How another process finds a memory: a descriptor that it inherited, or a file's name. */
export type OpenMemoryOptions = { fd: number; path?: never } | { path: string; fd?: never }

export class NativeMemory extends Memory {
  readonly #fd: number
  readonly #backing: string
  #open = true

  constructor(handle: MemoryHandle, fd: number, backing: string) {
    super(handle)
    this.#fd = fd
    this.#backing = backing
  }

  /**
   * The descriptor of the memfd or file. Hand it to a child process (`stdio: ['inherit', 'inherit', 'inherit', memory.fd]`
   * makes it descriptor 3 there), or let another process open `/proc/<pid>/fd/<fd>`. Throws `CLOSED` after `close()`.
   */
  get fd(): number {
    if (!this.#open) throw new ParperosError('CLOSED', 'this memory has been closed, its descriptor is gone')
    return this.#fd
  }

  override info(): MemoryInfo {
    return { ...super.info(), backing: this.#backing }
  }

  /** Closes the descriptor. What is mapped stays mapped for as long as any worker refers to the buffer. */
  override close(): void {
    if (!this.#open) return
    this.#open = false
    closeSync(this.#fd)
  }
}

/** Makes a memory of a new memfd, or of a new file when a path is given (which must not exist). */
export function createNativeMemory(bytes: number, path: string | undefined, base: string): NativeMemory {
  if (path === undefined) {
    const name = new TextEncoder().encode('parperos\0')
    const fd = system('memfd_create', () => loadNative(base).memfd(name, bytes))
    return closingOnError(fd, () => format(map(fd, bytes, base), fd, 'memfd'))
  }
  // The name appears only once there is a whole memory behind it, and never replaces another.
  const temporary = `${path}.${process.pid}.new`
  const fd = system(`create ${temporary}`, () => openSync(temporary, 'wx+', 0o600))
  try {
    return closingOnError(fd, () => {
      system(`resize ${temporary}`, () => ftruncateSync(fd, bytes))
      const memory = format(map(fd, bytes, base), fd, `file ${path}`)
      system(`name ${path}`, () => {
        fsyncSync(fd)
        linkSync(temporary, path)
      })
      return memory
    })
  } finally {
    rmSync(temporary, { force: true })
  }
}

/** Maps a memory that another process made. Size, magic number and version are checked before anything is used. */
export function openNativeMemory(options: OpenMemoryOptions, base: string): NativeMemory {
  const { fd, path } = options as { fd?: number; path?: string }
  // A descriptor that turns out to be of something else stays open: it was not opened here.
  if (fd !== undefined && path === undefined) return openDescriptor(fd, `descriptor ${fd}`, base)
  if (fd !== undefined || path === undefined) {
    throw new ParperosError('BAD_OPTION', 'openMemory takes either { fd } or { path }')
  }
  const opened = system(`open ${path}`, () => openSync(path, constants.O_RDWR))
  return closingOnError(opened, () => openDescriptor(opened, `file ${path}`, base))
}

function openDescriptor(fd: number, what: string, base: string): NativeMemory {
  const { size } = system(`stat ${what}`, () => fstatSync(fd))
  if (size < 2 * PAGE_BYTES || size % PAGE_BYTES !== 0) {
    throw new ParperosError('BAD_SIZE', `${what} has ${size} bytes, which is no ParPerOS memory's size`)
  }
  return new NativeMemory(map(fd, size, base), fd, what)
}

function closingOnError<Result>(fd: number, make: () => Result): Result {
  try {
    return make()
  } catch (error) {
    closeSync(fd)
    throw error
  }
}

/** A new buffer of that size with the file's pages in the place of its own. */
function map(fd: number, bytes: number, base: string): MemoryHandle {
  const inWasm = bytes <= MAX_WASM_BYTES
  const wasm = inWasm ? fixedWasmMemory(Math.ceil(bytes / WASM_PAGE_BYTES) * WASM_PAGE_BYTES) : null
  const buffer = wasm
    ? (wasm.buffer as unknown as SharedArrayBuffer)
    : new SharedArrayBuffer(bytes, { maxByteLength: bytes })
  system('mmap', () => loadNative(base).mapShared(new Uint8Array(buffer, 0, bytes), fd))
  return { kind: 'native', bytes, wasm, buffer: wasm ? null : buffer }
}

function format(handle: MemoryHandle, fd: number, backing: string): NativeMemory {
  new Directory((handle.wasm?.buffer ?? handle.buffer) as SharedArrayBuffer).format(handle.bytes)
  return new NativeMemory(handle, fd, backing)
}
