// What the workers of a history do, drawn from a seed before it begins: which blocks are free at the start, which are
// in whose hands, and each worker's calls. Only what a `put` gives back depends on the answers that came before.
//
// Memory is nearly all allocated: so that workers meet at the last frames, are refused, split what is large and make it
// whole again. Every worker draws the same setting for itself, so nothing of it has to be sent.
import type { ClassifyingFrameAllocator, FrameAllocator } from '../frame-allocator.ts'
import { ConformanceError } from './expect.ts'
import { overlap, type Block } from './history.ts'
import { Random } from './random.ts'

/** The kinds of calls. `putAgain` names a block that was in another worker's hands: it may be given back twice. */
export type Kind = 'get' | 'put' | 'getAt' | 'getBatch' | 'putBatch' | 'drain' | 'putAgain'

/** What histories are made of. */
export interface HistoryShape {
  /** Calls of each worker. Default 8. */
  calls?: number
  /** How often orders 0 … 10 are asked for. Default: small ones more often. */
  mix?: readonly number[]
  /** How often each kind of call is made, where the allocator supports it. Default: {@link usualKinds}. */
  kinds?: Partial<Record<Kind, number>>
  /** At most so many blocks are free at the start. Default 4. */
  freeBlocks?: number
  /** At most so many blocks are in each worker's hands at the start. Default 3. */
  heldBlocks?: number
  /** Whether blocks may be given back in halves. Default true. */
  parts?: boolean
  /** The share of calls that name a class, if there are any. Default 0.1. */
  classShare?: number
}

/**
 * No misuse: of several workers that give back overlapping blocks at the same time, some may be refused although part
 * of their block was given back. Where an allocator decides that in one step, `putAgain` can be asked for.
 */
export const usualKinds: Readonly<Record<Kind, number>> = {
  get: 12,
  put: 10,
  getAt: 3,
  getBatch: 1,
  putBatch: 1,
  drain: 1,
  putAgain: 0,
}

const usualMix = [10, 4, 3, 3, 2, 2, 2, 2, 2, 2, 1]
const MOST_OF_BATCH = 3
/** Tries at a place for a block that has a free one beside it, or none of what is there already. */
const TRIES = 8

/** A shape with nothing left open. */
export type CompleteShape = Required<HistoryShape> & { kinds: Record<Kind, number> }

/** Fills in defaults, and leaves out what the allocator does not support or has no room for. */
export function completeShape(shape: HistoryShape, { supports, frames }: FrameAllocator): CompleteShape {
  const { calls = 8, freeBlocks = 4, heldBlocks = 3, parts = true } = shape
  const mix = (shape.mix ?? usualMix).map((weight, order) => (2 ** order <= frames ? weight : 0))
  if (!mix.some((weight) => weight > 0)) throw new ConformanceError(`${frames} frames have no block of these orders`)
  const kinds = { ...usualKinds, ...shape.kinds }
  if (!supports.placement) kinds.getAt = 0
  if (!supports.reclaim) kinds.drain = 0
  const classShare = supports.classes ? (shape.classShare ?? 0.1) : 0
  return { calls, mix, kinds, freeBlocks, heldBlocks, parts, classShare }
}

/** How a series of histories begins. */
export interface Setting {
  free: Block[]
  /** Of each worker. */
  held: Block[][]
  /** Whether reservations are given back before. */
  drained: boolean
}

/** One call, as far as it is known before. */
export interface Step {
  kind: Kind
  order: number
  frameClass: number
  /** What `getAt` and `putAgain` name. */
  block: Block
  /** Which of the held blocks a `put` gives, and which half of it, if any. */
  pick: number
  half: 'lower' | 'upper' | 'none'
  /** How many blocks a batch has. */
  count: number
}

const random = (seed: number, history: number, stream: number): Random =>
  new Random(Math.imul(seed, 0x9e3779b1) + history * 64 + stream)

/** The setting of one series of a seed. */
export function drawSetting(
  shape: CompleteShape,
  frames: number,
  workers: number,
  seed: number,
  series: number,
): Setting {
  const draws = random(seed, series, 0)
  const used: Block[] = []
  const draw = (most: number): Block[] => {
    const blocks: Block[] = []
    for (let count = draws.below(most + 1); count > 0; count--) {
      const block = drawApart(draws, shape, frames, used)
      if (!block) break
      used.push(block)
      blocks.push(block)
    }
    return blocks
  }
  const free = draw(shape.freeBlocks)
  const held = Array.from({ length: workers }, () => draw(shape.heldBlocks))
  return { free, held, drained: draws.chance(0.5) }
}

/** A block that has nothing in common with those; often beside one of them, so that the two make up a larger one. */
function drawApart(draws: Random, shape: CompleteShape, frames: number, used: readonly Block[]): Block | undefined {
  for (let tries = 0; tries < TRIES; tries++) {
    const beside = draws.chance(0.5) ? buddyOf(used.at(draws.below(used.length))) : undefined
    const block = beside ?? drawBlock(draws, shape, frames)
    const isApart = !used.some((other) => overlap(block, other))
    if (isApart && block.frame + 2 ** block.order <= frames) return block
  }
  return undefined
}

function buddyOf(block: Block | undefined): Block | undefined {
  if (!block) return undefined
  const { frame, order } = block
  return { frame: (frame / 2 ** order) % 2 === 0 ? frame + 2 ** order : frame - 2 ** order, order }
}

function drawBlock(draws: Random, shape: CompleteShape, frames: number): Block {
  const order = draws.weighted(shape.mix)
  return { frame: draws.below(Math.max(1, Math.floor(frames / 2 ** order))) * 2 ** order, order }
}

const kindNames: readonly Kind[] = ['get', 'put', 'getAt', 'getBatch', 'putBatch', 'drain', 'putAgain']

/** The calls of one worker in one history of a seed. */
export function drawProgram(
  shape: CompleteShape,
  setting: Setting,
  allocator: FrameAllocator,
  seed: number,
  history: number,
  worker: number,
): Step[] {
  const { frames, supports } = allocator
  const classes = supports.classes ? (allocator as ClassifyingFrameAllocator).classes.length : 0
  const draws = random(seed, history, worker + 1)
  const weights = kindNames.map((kind) => shape.kinds[kind])
  const others = setting.held.flatMap((blocks, holder) => (holder === worker ? [] : blocks))
  const known = [...setting.free, ...setting.held.flat()]
  return Array.from({ length: shape.calls }, () => {
    const kind = kindNames[draws.weighted(weights)]
    const order = draws.weighted(shape.mix)
    const frameClass = draws.chance(shape.classShare) ? draws.below(classes) : -1
    const named = kind === 'putAgain' ? others : known
    const block = named.at(draws.below(named.length)) ?? drawBlock(draws, shape, frames)
    const half = !shape.parts || draws.chance(0.6) ? 'none' : draws.chance(0.5) ? 'lower' : 'upper'
    return { kind, order, frameClass, block, pick: draws.next(), half, count: 1 + draws.below(MOST_OF_BATCH) }
  })
}
