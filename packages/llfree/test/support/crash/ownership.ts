// What a journal tells after the kill: which blocks are owned, and which operation of each worker is in doubt.
import { WORKERS, type Block, type Intent, type Journal, type Operation } from './journal.ts'

/** One operation that the kill may have hit. */
export interface Doubt {
  operation: Operation
  /** Blocks of which any part may be allocated or free. */
  places: Block[]
  /** Up to that many frames may have been taken, wherever they are. */
  taken: number
}

export interface Ownership {
  /** For each worker the blocks that it owns; those that were on their way to the other are the first one's. */
  owned: Block[][]
  /** One at most for each worker. */
  doubts: Doubt[]
}

const isSame = (a: Block) => (b: Block) => a.frame === b.frame && a.order === b.order

/** What is left of a block without an aligned part of it. */
export function remainderOf({ frame, order }: Block, part: Block): Block[] {
  const rest: Block[] = []
  let first = frame
  for (let half = order - 1; half >= part.order; half--) {
    const upper = first + 2 ** half
    const inUpper = part.frame >= upper
    rest.push({ frame: inUpper ? first : upper, order: half })
    if (inUpper) first = upper
  }
  return rest
}

export function readOwnership(journal: Journal): Ownership {
  const owned: Block[][] = []
  const doubts: Doubt[] = []
  for (let member = 0; member < WORKERS; member++) {
    const worker = journal.worker(member)
    const held = worker.held()
    if (worker.isInDoubt) {
      const { intent } = worker
      const doubt = doubtOf(intent)
      doubts.push(doubt)
      // What the operation would strike or enter: the table may or may not say it.
      const isPart = intent.operation === 'putPart'
      const rest = isPart ? remainderOf(intent.block, intent.part) : []
      const open = isPart ? [intent.block, ...rest] : doubt.places
      owned.push([...held.filter((block) => !open.some(isSame(block))), ...rest])
    } else owned.push(held)
  }
  owned[0].push(...journal.passing())
  return { owned, doubts }
}

function doubtOf({ operation, block, part, count, frames }: Intent): Doubt {
  const doubt = (places: Block[], taken = 0): Doubt => ({ operation, places, taken })
  switch (operation) {
    case 'get':
      return doubt([], 2 ** block.order)
    case 'getBatch':
      return doubt([], count * 2 ** block.order)
    case 'putBatch':
      return doubt(frames.map((frame) => ({ frame, order: block.order })))
    case 'putPart':
      return doubt([part])
    case 'getAt':
    case 'put':
    // On its way to or from the ring a block is owned by one of the two workers, who may have given it back since.
    case 'pass':
    case 'take':
      return doubt([block])
    case 'drain':
    case 'none':
      return doubt([])
  }
}
