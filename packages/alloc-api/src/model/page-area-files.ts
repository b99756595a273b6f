// Files as the model of page areas uses them: all of it in a call, errors are thrown. Usually a file is an array of
// bytes that has a name; a real one does too.
import { ParperosError } from '../errors.ts'
import type { PageFile } from '../page-area.ts'

/** A file that is open. */
export interface ModelFile {
  /** How many bytes it has. */
  size(): number
  /** Fills `into` from byte `position` on; how many bytes there were. */
  read(into: Uint8Array, position: number): number
  /** Writes all of `from`; what lies between the end and `position` becomes zeros. Throws when it is not allowed. */
  write(from: Uint8Array, position: number): void
  sync(): void
  close(): void
}

/** Files that are arrays, by their paths: those of a small file system that is gone with the object. */
export class ModelFiles {
  readonly #files = new Map<string, Uint8Array>()
  #made = 0

  /** Makes a file; its path. */
  make(bytes: Uint8Array): string {
    const path = `model-${this.#made++}.bin`
    this.set(path, Uint8Array.from(bytes))
    return path
  }

  /** The bytes of a file. Throws `SYSTEM` when there is none. */
  get(path: string): Uint8Array {
    const bytes = this.#files.get(path)
    if (!bytes) throw new ParperosError('SYSTEM', `the file ${path} does not exist`)
    return bytes
  }

  set(path: string, bytes: Uint8Array): void {
    this.#files.set(path, bytes)
  }

  remove(path: string): void {
    this.#files.delete(path)
  }

  /** Cuts a file or makes it longer, with zeros. */
  resize(path: string, bytes: number): void {
    const old = this.get(path)
    // Behind the end of a file its buffer has zeros; there is room for more, so that it can grow page by page.
    const fits = bytes >= old.length && bytes <= old.buffer.byteLength
    const buffer = fits ? old.buffer : new ArrayBuffer(2 * bytes)
    const resized = new Uint8Array(buffer, 0, bytes)
    if (!fits) resized.set(old.subarray(0, bytes))
    this.set(path, resized)
  }

  open({ path, readOnly = false }: PageFile): ModelFile {
    this.get(path)
    return {
      size: () => this.get(path).length,
      read: (into, position) => {
        const bytes = this.get(path).subarray(position, position + into.length)
        into.set(bytes)
        return bytes.length
      },
      write: (from, position) => {
        if (readOnly) throw new ParperosError('SYSTEM', `the file ${path} is open for reading only`)
        if (this.get(path).length < position + from.length) this.resize(path, position + from.length)
        this.get(path).set(from, position)
      },
      sync: () => undefined,
      close: () => undefined,
    }
  }
}

/** A real file, through Node's fs. Throws `SYSTEM`. */
export function openRealFile({ path, readOnly = false }: PageFile): ModelFile {
  const fs = process.getBuiltinModule('node:fs')
  const opened = (): number => {
    try {
      return fs.openSync(path, readOnly ? 'r' : 'r+')
    } catch (cause) {
      throw new ParperosError('SYSTEM', `the file of a page area cannot be opened: ${String(cause)}`, { cause })
    }
  }
  const fd = opened()
  return {
    size: () => fs.fstatSync(fd).size,
    read: (into, position) => fs.readSync(fd, into, 0, into.length, position),
    write: (from, position) => void fs.writeSync(fd, from, 0, from.length, position),
    sync: () => fs.fdatasyncSync(fd),
    close: () => fs.closeSync(fd),
  }
}
