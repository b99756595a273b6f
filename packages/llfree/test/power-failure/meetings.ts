// Scenarios of two workers in the same huge frames: the second does all of its operation at each step of the first.
import { halves, type Shape, type World } from './world.ts'
import type { Block } from './blocks.ts'
import type { Hand } from './hand.ts'
import type { Scenario } from './scenario.ts'

/** One tree of two huge frames. */
const tight = { frames: 1024, treeShift: 1 }

/** Two trees, for what needs a pair of huge frames beside the other's. */
const pairs = { frames: 2048, treeShift: 1 }

type Deed = (hand: Hand) => void

/** What a worker can do, of which order; prepared before the other one's. */
type Kind = (world: World, order: number) => Deed

const get: Kind = (_world, order) => (hand) => hand.get(order)

const put: Kind = (world, order) => {
  const block = world.get(order)
  return (hand) => hand.put(block)
}

const getAt: Kind = (world, order) => {
  const block = world.free(order)
  return (hand) => hand.getAt(block)
}

const kinds = { get, put, getAt }

type Named = `${keyof typeof kinds} ${number}`

/** All of the second on all of the first. */
function meeting(first: Named, second: Named): Scenario {
  const deedOf = (world: World, name: Named): Deed => {
    const [kind, order] = name.split(' ') as [keyof typeof kinds, string]
    return kinds[kind](world, +order)
  }
  const large = [first, second].some((name) => name.endsWith('10'))
  return {
    ...(large ? pairs : tight),
    name: `${first} while another worker does ${second}`,
    prepare(world) {
      const [a, b] = [deedOf(world, first), deedOf(world, second)]
      return { first: a, second: b }
    },
  }
}

/** What is prepared for meetings of a special kind. */
const special = (name: string, shape: Shape, prepare: Scenario['prepare']): Scenario => ({ ...shape, name, prepare })

/** Fills everything, and then frees one block of that order, and some single frames of the same huge frame. */
function onlyFree(world: World, order: number, singles = 0): Block {
  const block = world.get(order)
  const frames: Block[] = []
  const isNear = ({ frame }: Block): boolean => frame >> 9 === block.frame >> 9
  while (frames.filter(isNear).length < singles) frames.push(world.get(0))
  world.fillUp()
  for (const single of frames.filter(isNear)) world.put(single)
  world.put(block)
  return block
}

/** The last frame of a block, as a block. */
const lastFrame = ({ frame, order }: Block): Block => ({ frame: frame + (1 << order) - 1, order: 0 })

const specials: Scenario[] = [
  ...[9, 10].flatMap((huge) =>
    [0, 3, 7, 8].map((order) =>
      special(`both put parts of order ${order} of one block of order ${huge}`, pairs, (world) => {
        const block = world.get(huge)
        const [low, high] = halves(block).map(({ frame }) => ({ frame, order }))
        return { first: (hand) => hand.put(low), second: (hand) => hand.put(high) }
      }),
    ),
  ),
  ...[0, 8].map((order) =>
    special(`the last block of a huge frame is put while order ${order} is taken out of it`, tight, (world) => {
      const block = onlyFree(world, 9)
      const [low, high] = halves(block)
      for (const half of [low, high]) world.getAt(half)
      return {
        first: (hand) => hand.put(low),
        second: (hand) => hand.get(order),
      }
    }),
  ),
  ...[0, 6, 9].map((order) =>
    special(`a huge block is put while order ${order} is taken out of it`, tight, (world) => {
      const block = onlyFree(world, 9)
      world.get(9)
      return { first: (hand) => hand.put(block), second: (hand) => hand.get(order) }
    }),
  ),
  special('a pair is put while order 10 is taken', pairs, (world) => {
    const block = onlyFree(world, 10)
    world.get(10)
    return { first: (hand) => hand.put(block), second: (hand) => hand.get(10) }
  }),
  ...[6, 7, 8].map((order) =>
    special(`the last block of order ${order} is sought while a frame at its end is taken`, tight, (world) => {
      const last = lastFrame(onlyFree(world, order, 1))
      return { first: (hand) => hand.get(order), second: (hand) => hand.getAt(last) }
    }),
  ),
  ...[6, 7, 8].map((order) =>
    special(`a block of order ${order} is asked for by name while a frame at its end is taken`, tight, (world) => {
      const block = onlyFree(world, order, 1)
      const last = lastFrame(block)
      return { first: (hand) => hand.getAt(block), second: (hand) => hand.getAt(last) }
    }),
  ),
  ...[6, 7].map((order) =>
    special(`the first of two blocks of order ${order} is lost on the way`, tight, (world) => {
      const last = lastFrame({ frame: onlyFree(world, order + 1).frame, order })
      return {
        first: (hand) => {
          const block = hand.get(order)
          if (block) hand.put(block)
        },
        second: (hand) => {
          if (hand.getAt(last)) hand.put(last)
        },
      }
    }),
  ),
  special('three put parts of one huge block', pairs, (world) => {
    const parts = halves(world.get(9)).flatMap(halves)
    const [first, second, third] = parts.map((part) => (hand: Hand) => hand.put(part))
    return { first, second, third }
  }),
  special('a huge block is put while two take out of it', tight, (world) => {
    const block = onlyFree(world, 9)
    world.get(9)
    return { first: (hand) => hand.put(block), second: (hand) => hand.get(7), third: (hand) => hand.get(0) }
  }),
  special('a block is sought of which one takes a frame, and a third gives one back', tight, (world) => {
    const last = lastFrame(onlyFree(world, 7, 1))
    const [single] = Array.from(world.blocks).filter(({ order }) => order === 0)
    return { first: (hand) => hand.get(7), second: (hand) => hand.getAt(last), third: (hand) => hand.put(single) }
  }),
  special('frames go around: what one puts, the other takes and puts', tight, (world) => {
    const block = onlyFree(world, 3)
    world.getAt(block)
    return {
      first: (hand) => hand.put(block),
      second: (hand) => {
        const frames = hand.getBatch(0, 8)
        if (frames.length > 0) hand.putBatch(frames)
      },
    }
  }),
  special('a batch is taken while another one is taken out of the same huge frame', tight, (world) => {
    for (let i = 0; i < 480; i++) world.get(0)
    return { first: (hand) => hand.getBatch(0, 24), second: (hand) => hand.getBatch(0, 20) }
  }),
  special('a batch is taken while a batch is put', tight, (world) => {
    world.fill(0.4)
    const blocks = Array.from({ length: 20 }, () => world.get(0))
    return { first: (hand) => hand.getBatch(0, 20), second: (hand) => hand.putBatch(blocks) }
  }),
]

const meet: [Named, Named][] = [
  ['get 0', 'get 0'],
  ['get 0', 'put 0'],
  ['put 0', 'get 0'],
  ['put 0', 'put 0'],
  ['get 3', 'put 0'],
  ['put 3', 'get 3'],
  ['get 7', 'get 7'],
  ['get 7', 'get 0'],
  ['put 7', 'get 8'],
  ['put 8', 'get 0'],
  ['get 8', 'getAt 0'],
  ['getAt 8', 'get 8'],
  ['getAt 7', 'put 7'],
  ['get 9', 'get 0'],
  ['get 9', 'get 9'],
  ['put 9', 'get 9'],
  ['put 9', 'put 0'],
  ['getAt 9', 'get 8'],
  ['get 10', 'get 9'],
  ['get 10', 'put 10'],
  ['put 10', 'get 9'],
  ['put 10', 'get 10'],
  ['get 0', 'get 10'],
  ['getAt 10', 'get 0'],
]

export const meetings: Scenario[] = [...specials, ...meet.map(([first, second]) => meeting(first, second))]
