// One allocator as the algorithm sees it: its words, where its parts are, and what its worker may do. The indexes follow
// from the number of frames that was checked when the worker attached, never from words that others can change.
import type { Words } from '#atomics'
import { partsOf } from '../layout.ts'
import { threadMaySleep } from '../thread.ts'

export interface Buddy {
  readonly words: Words
  readonly frames: number
  readonly bits: number
  readonly orders: number
  readonly links: number
  /** Whether this thread may sleep while it waits for the lock; a browser's main thread may not. */
  readonly maySleep: boolean
}

export function buddyOf(words: Words, frames: number): Buddy {
  const { bits, orders, links } = partsOf(frames, 0)
  return { words, frames, bits, orders, links, maySleep: threadMaySleep(words) }
}
