// What the workers of a run know of each other's writes, beside the store: for each key the version that its owner has begun
// to write, and the one that has been acknowledged. A key is written by its owner only; its value says which version it is.
import { load, store } from '#atomics'

export const KEYS = 240
export const WORKERS = 3

/** Every seventh version is the key's deletion; version 0 is before its first put. */
export const isDeletion = (version: number): boolean => version % 7 === 0

export const ownerOf = (key: number): number => key % WORKERS

export class Board {
  readonly #words: Int32Array<SharedArrayBuffer>

  constructor(words: Int32Array<SharedArrayBuffer>) {
    this.#words = words
  }

  static words = (): Int32Array<SharedArrayBuffer> => new Int32Array(new SharedArrayBuffer(KEYS * 8))

  /** The next version of a key, which its owner is about to write. */
  begin(key: number): number {
    const version = this.begun(key) + 1
    store(this.#words, 2 * key, version)
    return version
  }

  begun(key: number): number {
    return load(this.#words, 2 * key)
  }

  acknowledge(key: number, version: number): void {
    store(this.#words, 2 * key + 1, version)
  }

  acknowledged(key: number): number {
    return load(this.#words, 2 * key + 1)
  }
}

/** The value of a version: it says what it is, and every byte of it can be checked. */
export function valueOf(key: number, version: number): string {
  const sizes = [0, 20, 100, 600, 3000, key % 10 === 0 ? 40_000 : 300]
  const text = `${key} ${version} `
  return text.repeat(1 + sizes[(key + version) % sizes.length] / text.length)
}

/** Throws if what was read is not a version of the key from `oldest` on that somebody has begun to write. */
export function check(board: Board, key: number, value: string | undefined, oldest: number, how: string): number {
  const newest = board.begun(key)
  if (value === undefined) {
    for (let version = oldest; version <= newest; version++) if (isDeletion(version)) return version
    throw new Error(`${how}: key ${key} is missing, and was not deleted from version ${oldest} to ${newest}`)
  }
  const [found, version] = value.split(' ', 2).map(Number)
  if (found !== key || isDeletion(version) || value !== valueOf(key, version)) {
    throw new Error(`${how}: key ${key} has a torn or foreign value: ${value.slice(0, 60)}…, ${value.length} bytes`)
  }
  if (version < oldest || version > newest) {
    throw new Error(`${how}: key ${key} has version ${version}, acknowledged were ${oldest}, begun ${newest}`)
  }
  return version
}
