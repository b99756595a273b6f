// Fixed-length views over memory of any size. An element's index has to stay below 2^31, and a view that tracks its buffer's
// length is about forty times slower: so there is a table of views of 2^30 bytes. Views are made when they are asked for.

/** The most bytes that a window has. */
export const WINDOW_BYTES = 2 ** 30

/** Bytes of the windows over memory of that size, less one: `address & mask` is an index in a window. */
export const windowMask = (byteLength: number): number =>
  2 ** Math.ceil(Math.log2(Math.min(byteLength, WINDOW_BYTES))) - 1

export class Windows {
  readonly #buffer: SharedArrayBuffer
  readonly #byteOffset: number
  readonly #byteLength: number
  readonly #windowBytes: number
  /** A power of two: multiplying by it is exact, and quicker than dividing. */
  readonly #perByte: number
  readonly #bytes: Uint8Array<SharedArrayBuffer>[] = []
  readonly #words: Int32Array<SharedArrayBuffer>[] = []
  readonly mask: number

  constructor(buffer: SharedArrayBuffer, byteOffset: number, byteLength: number) {
    this.#buffer = buffer
    this.#byteOffset = byteOffset
    this.#byteLength = byteLength
    this.mask = windowMask(byteLength)
    this.#windowBytes = this.mask + 1
    this.#perByte = 1 / this.#windowBytes
  }

  /** The window that an address is in. */
  bytes(address: number): Uint8Array<SharedArrayBuffer> {
    const index = Math.floor(address * this.#perByte)
    return (this.#bytes[index] ??= new Uint8Array(this.#buffer, this.#start(index), this.#length(index)))
  }

  /** The same bytes as 32-bit words. */
  words(address: number): Int32Array<SharedArrayBuffer> {
    const index = Math.floor(address * this.#perByte)
    return (this.#words[index] ??= new Int32Array(this.#buffer, this.#start(index), this.#length(index) / 4))
  }

  #start(index: number): number {
    return this.#byteOffset + index * this.#windowBytes
  }

  #length(index: number): number {
    return Math.min(this.#windowBytes, this.#byteLength - index * this.#windowBytes)
  }
}
