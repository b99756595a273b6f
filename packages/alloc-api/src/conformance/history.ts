// A history: what workers called on one frame allocator at the same time, when each call was made and when it returned,
// and what it answered. Plain data, so that it crosses threads, is printed when something is wrong with it, and can be
// read back from what was printed.
import { MAX_ORDER, type FrameAllocator } from '../frame-allocator.ts'
import type { Timed } from './linearize.ts'

/** 2^order frames, at a multiple of 2^order. */
export interface Block {
  frame: number
  order: number
}

/**
 * What one worker did to one block. A batch is as many operations as it has blocks, all at the same time, since its
 * blocks are taken or given one by one; and a refused `get` when it was cut short.
 */
export interface Operation extends Timed {
  /** An index into the history's workers. */
  worker: number
  what: 'get' | 'getAt' | 'put' | 'drain'
  order: number
  /** The block that a `get` gave, −1 when it was refused; the one that a `getAt` or a `put` named. */
  frame: number
  /** False for a `get` that found nothing, a `getAt` that was refused, a `put` that threw `NOT_ALLOCATED`. */
  done: boolean
  /** The class that the call named, −1 when it named none. */
  frameClass: number
}

export interface History {
  frames: number
  /** Who took part, each by the name of its backend. */
  workers: readonly string[]
  /** What was free before the first operation; all else was allocated. */
  free: readonly Block[]
  operations: readonly Operation[]
  /** What was free after the last one; undefined when nobody looked. */
  left?: readonly Block[]
}

/** Whether the operation changed anything: it took the block, or gave it back. */
export const changes = ({ what, done }: Operation): boolean => done && what !== 'drain'

/** Whether two blocks have a frame in common: one is part of the other then. */
export const overlap = (one: Block, other: Block): boolean =>
  one.frame < other.frame + 2 ** other.order && other.frame < one.frame + 2 ** one.order

/** One byte per frame: 0 in the free blocks, 1 elsewhere. */
export function framesOf(frames: number, free: readonly Block[]): Uint8Array {
  const bytes = new Uint8Array(frames).fill(ALLOCATED)
  for (const { frame, order } of free) bytes.fill(FREE, frame, frame + 2 ** order)
  return bytes
}

export const FREE = 0
export const ALLOCATED = 1

/** The free frames among these bytes, in the largest blocks. */
export const freeOf = (bytes: Uint8Array): Block[] =>
  pieces(bytes.length, ({ frame, order }) => {
    const end = frame + 2 ** order
    let free = 0
    for (let i = frame; i < end; i++) free += Number(bytes[i] === FREE)
    return free
  }).free

/** Every free and every allocated frame, in the largest blocks that are one or the other as a whole. */
export interface Pieces {
  free: Block[]
  allocated: Block[]
}

/** What an allocator says of its frames while no operation runs. */
export const snapshot = (allocator: FrameAllocator): Pieces =>
  pieces(allocator.frames, ({ frame, order }) => allocator.statsAt(frame, order).free)

/** Halves blocks until each is free or allocated as a whole; `freeIn` says how many frames of one are free. */
function pieces(frames: number, freeIn: (block: Block) => number): Pieces {
  const seen: Pieces = { free: [], allocated: [] }
  const look = (block: Block): void => {
    const free = freeIn(block)
    if (free === 0) seen.allocated.push(block)
    else if (free === 2 ** block.order) seen.free.push(block)
    else for (const half of halvesOf(block)) look(half)
  }
  for (const block of largestBlocks(frames)) look(block)
  return seen
}

export function halvesOf({ frame, order }: Block): [lower: Block, upper: Block] {
  const half = order - 1
  return [
    { frame, order: half },
    { frame: frame + 2 ** half, order: half },
  ]
}

/** All frames from 0 on, in the largest blocks that there are. */
export function* largestBlocks(frames: number): Generator<Block> {
  let frame = 0
  for (let order = MAX_ORDER; order >= 0; order--) {
    for (; frame + 2 ** order <= frames; frame += 2 ** order) yield { frame, order }
  }
}
