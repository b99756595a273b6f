// Scenarios of one worker: every operation, with what follows on it in a block's life, after a seeded history.
import { halves, type World } from './world.ts'
import type { Block } from './blocks.ts'
import type { Hand } from './hand.ts'
import type { Roles, Scenario } from './scenario.ts'

/** The orders at which an operation is another piece of code: one bit, one row, several rows, huge, a pair. */
export const ORDERS = [0, 3, 7, 8, 9, 10]

/** Three trees of two huge frames, the last one incomplete. */
const shape = { frames: 2660, treeShift: 1 }

/** Four trees of two, of which order 10 can take whole ones. */
const roomy = { frames: 4 * 1024, treeShift: 1 }

interface Life {
  name: string
  orders?: number[]
  prepare: (world: World, order: number) => Roles
}

/** A block of that order inside of a block, drawn. */
const partOf = ({ frame, order }: Block, part: number, world: World): Block => ({
  frame: frame + (world.random.below(1 << (order - part)) << part),
  order: part,
})

const ofOrder = ({ random }: World, order: number): number => random.below(order)

/** The other halves of the halves, when a part of a block is gone. */
function restOf(block: Block, part: Block): Block[] {
  if (block.order === part.order) return []
  const [low, high] = halves(block)
  const [with_, without] = part.frame >= high.frame ? [high, low] : [low, high]
  return [without, ...restOf(with_, part)]
}

const lives: Life[] = [
  {
    name: 'two gets',
    prepare: (_world, order) => ({
      first: (hand) => {
        hand.get(order)
        hand.get(order)
      },
    }),
  },
  {
    name: 'a get at a place',
    prepare(world, order) {
      const block = world.free(order)
      return { first: (hand) => hand.getAt(block) }
    },
  },
  {
    name: 'a put, and a get behind it',
    prepare(world, order) {
      const block = world.get(order)
      return {
        first: (hand) => {
          hand.put(block)
          hand.get(0)
        },
      }
    },
  },
  {
    name: 'a put of a block that was taken in halves',
    orders: ORDERS.filter((order) => order > 0),
    prepare(world, order) {
      const block = world.getHalves(order)
      return { first: (hand) => hand.put(block) }
    },
  },
  {
    name: 'puts of a part of a block, then of the rest',
    orders: ORDERS.filter((order) => order > 0),
    prepare(world, order) {
      const block = world.get(order)
      const part = partOf(block, ofOrder(world, order), world)
      return { first: (hand) => [part, ...restOf(block, part)].forEach((rest) => hand.put(rest)) }
    },
  },
  {
    name: 'the life of a block: taken, given back in parts, taken again',
    prepare: (world, order) => ({ first: (hand) => live(hand, world, order) }),
  },
  {
    name: 'a batch of gets, and its puts',
    prepare(world, order) {
      const count = order === 0 ? 40 : order < 8 ? 5 : 2
      return {
        first: (hand) => {
          const blocks = hand.getBatch(order, count)
          world.random.shuffle(blocks.map((_, i) => i))
          if (blocks.length > 0) hand.putBatch(blocks)
        },
      }
    },
  },
  {
    name: 'a get when there is nothing left',
    prepare(world, order) {
      world.fillUp()
      return { first: (hand) => hand.get(order) }
    },
  },
]

function live(hand: Hand, world: World, order: number): void {
  const block = hand.get(order)
  if (!block) return
  const part = partOf(block, order === 0 ? 0 : ofOrder(world, order), world)
  hand.put(part)
  const small = hand.get(0)
  for (const rest of restOf(block, part)) hand.put(rest)
  hand.get(order)
  if (small) hand.put(small)
}

/** How much of the memory the history leaves taken. */
const fills = [0.15, 0.6]

export const operations: Scenario[] = lives.flatMap(({ name, orders = ORDERS, prepare }) =>
  orders.flatMap((order) =>
    fills.map((fill) => ({
      ...(order > 8 ? roomy : shape),
      name: `${name}, order ${order}, ${fill * 100} % taken`,
      prepare(world: World) {
        world.fill(order > 8 ? fill / 2 : fill)
        return prepare(world, order)
      },
    })),
  ),
)
