// The measurements of the LLFree paper (Wrenger et al., USENIX ATC'23, section 5), one of our own, and how large memory
// is in them. Every worker takes half of its share of the frames, so that finding frames stays ordinary work.
//
//   bulk     take that half one by one, then give it back in the same order
//   repeat   take one block and give it back, over and over
//   random   take that half, then give it back in random order (only that is timed)
//   batch    bulk with calls that take and give back 512 blocks each
import type { BackendKind } from '@parperos/alloc-api'
import type { AllocatorName } from '../compose.ts'

export const CASES = ['bulk', 'repeat', 'random', 'batch'] as const
export type Case = (typeof CASES)[number]

/** What each case reports. */
export const PHASES = {
  bulk: ['bulk-get', 'bulk-put'],
  repeat: ['repeat'],
  random: ['random-put'],
  batch: ['batch-get', 'batch-put'],
} as const satisfies Record<Case, readonly string[]>

export type Driver = 'js' | 'inside'

/** A general-purpose allocator from npm that can do part of the same. */
export const PEER = 'thi.ng-malloc'

/** One cell of the suite: one case of one implementation on one backend, in several series. */
export interface LLFreeInput {
  implementation: AllocatorName | typeof PEER
  backend: BackendKind
  case: Case
  series: Series[]
  timeMs: number
  rounds: number
  seed: number
}

/** Measured one after the other, each with an allocator of its own. */
export interface Series {
  /** `js`: JavaScript makes each call. `inside`: the loop runs in the C core. */
  driver: Driver
  order: number
  /** Frames managed for each worker: the same for one and for two, so that they compare. */
  framesPerWorker: number
}

/**
 * How many frames each worker has: 512 MiB to 16 GiB. Only metadata exists, so size costs little; more frames for order
 * 9 make one pass long enough to be timed.
 */
export function framesPerWorker(order: number, quick: boolean): number {
  if (order === 0) return quick ? 2 ** 17 : 2 ** 19
  return quick ? 2 ** 20 : 2 ** 22
}

/** The peer searches its lists, so that a larger memory would measure the searching only. */
export const PEER_FRAMES = 2 ** 10
