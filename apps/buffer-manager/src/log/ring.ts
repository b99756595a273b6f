// The ring of what was appended and is not written yet, as the one sees it who has the commit lock and puts fragments into it.
import { FRAGMENT_HEADER, MOST_WORDS, sealFragment, wordsOf } from './record.ts'
import type { SharedLog } from './shared.ts'

/** A copy of so few bytes is quicker in a loop. */
const SHORT_BYTES = 24

export class Ring {
  readonly #shared: SharedLog
  /** For a fragment that does not fit between its place in the ring and the ring's end. */
  readonly #stagedWords = new Int32Array(new SharedArrayBuffer(MOST_WORDS * 4))
  readonly #stagedBytes = new Uint8Array(this.#stagedWords.buffer)

  constructor(shared: SharedLog) {
    this.#shared = shared
  }

  /** Whether a fragment with so many bytes fits behind `position` without anything being written first. */
  hasRoom(position: number, bytes: number): boolean {
    return this.#shared.ringUsed(position) + wordsOf(bytes) <= this.#shared.ringWords
  }

  /**
   * Appends a fragment with `bytes` bytes of `parts`, from byte `skip` of them on. There must be room for it. Gives the
   * position of its end.
   */
  put(
    position: number,
    sequence: number,
    parts: readonly Uint8Array[],
    skip: number,
    bytes: number,
    flags: number,
  ): number {
    const shared = this.#shared
    const count = wordsOf(bytes)
    const ringAt = position & (shared.ringWords - 1)
    const isWhole = ringAt + count <= shared.ringWords
    const words = isWhole ? shared.words : this.#stagedWords
    const at = isWhole ? shared.ringAt + ringAt : 0
    words[at + count - 1] = 0
    copyParts(parts, skip, bytes, isWhole ? shared.bytes : this.#stagedBytes, (at + FRAGMENT_HEADER) * 4)
    sealFragment(words, at, bytes | flags, sequence, shared.durablePlace, shared.salt)
    if (!isWhole) this.#unstage(ringAt, count)
    shared.setAppended(position + count)
    return position + count
  }

  /** Copies a fragment that was put together aside to the ring's end and beginning. */
  #unstage(ringAt: number, count: number): void {
    const { words, ringAt: begin, ringWords } = this.#shared
    const first = ringWords - ringAt
    words.set(this.#stagedWords.subarray(0, first), begin + ringAt)
    words.set(this.#stagedWords.subarray(first, count), begin)
  }
}

/** Copies `bytes` bytes of what the parts are together, from byte `skip` on. */
function copyParts(parts: readonly Uint8Array[], skip: number, bytes: number, target: Uint8Array, to: number): void {
  const end = to + bytes
  let from = skip
  for (const part of parts) {
    if (from >= part.length) {
      from -= part.length
      continue
    }
    const length = Math.min(part.length - from, end - to)
    if (length <= SHORT_BYTES) for (let i = 0; i < length; i++) target[to + i] = part[from + i]
    else target.set(length === part.length ? part : part.subarray(from, from + length), to)
    to += length
    if (to === end) return
    from = 0
  }
}
