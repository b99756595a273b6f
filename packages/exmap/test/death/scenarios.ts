// What a worker may be doing when it dies. A scenario brings the area into a state, and then does one thing, during which the
// worker dies at every one of its steps.
import type { PageInterface, PageRun } from '@parperos/alloc-api'

export interface Scenario {
  name: string
  /** Default 2. */
  slots?: number
  /** Pages that get frames beforehand, by this slot and by the other one. */
  own?: PageRun[]
  others?: PageRun[]
  /** Done beforehand by this slot, after that. */
  before?: (io: PageInterface) => void
  /** Pages whose input and output fails. */
  bad?: number[]
  act: (io: PageInterface, trim: () => void) => void
}

const run = (page: number, count = 1): PageRun => ({ page, count })

const ofTwo: Scenario[] = [
  { name: 'alloc of a few pages', act: (io) => io.alloc([run(1, 2), run(9)]) },
  { name: 'alloc of more than two bundles', act: (io) => io.alloc([run(1, 4), run(20, 7), run(40)]) },
  { name: 'alloc with obstacles', own: [run(3, 2)], act: (io) => io.alloc([run(1, 5), run(1, 2), run(70), run(8, 2)]) },
  { name: 'alloc of what the pool has not', others: [run(34, 30)], act: (io) => io.alloc([run(0, 12), run(12, 12)]) },
  {
    name: 'alloc of what another worker has ready',
    own: [run(0, 14)],
    others: [run(34, 29)],
    act: (io) => io.alloc([run(14, 4)]),
  },
  { name: 'alloc with zeros', act: (io) => io.alloc([run(1, 5), run(9)], { zero: true }) },
  { name: 'free of a few pages', own: [run(1, 6)], act: (io) => io.free([run(1, 2), run(5)]) },
  {
    name: 'free that puts a bundle on the shelf',
    own: [run(0, 8)],
    before: (io) => io.free([run(0, 5)]),
    act: (io) => io.free([run(5, 3)]),
  },
  { name: 'free of more than all bundles hold', own: [run(0, 40)], act: (io) => io.free([run(0, 40)]) },
  {
    name: 'free with obstacles',
    own: [run(1, 9)],
    act: (io) => io.free([run(0, 2), run(1, 3), run(2), run(8, 4), run(6)]),
  },
  {
    name: 'alloc from bundles that another one freed',
    own: [run(0, 20)],
    before: (io) => io.free([run(0, 20)]),
    act: (io) => io.alloc([run(30, 16)]),
  },
  { name: 'a read', act: (io) => io.readSync([run(1, 3), run(10), run(12, 2)]) },
  { name: 'a read that fails in part', bad: [3, 10], act: (io) => io.readSync([run(1, 5), run(10), run(12, 2)]) },
  {
    name: 'a read that fails as a whole, with no room for its frames',
    bad: Array.from({ length: 64 }, (_, page) => page),
    own: [run(20, 20)],
    before: (io) => io.free([run(20, 20)]),
    act: (io) => io.readSync([run(0, 18)]),
  },
  { name: 'a write', own: [run(1, 6)], act: (io) => io.writeSync([run(1, 4), run(2), run(9)]) },
  { name: 'a write that fails in part', bad: [3], own: [run(1, 6)], act: (io) => io.writeSync([run(1, 4), run(6)]) },
  {
    name: 'trim',
    own: [run(0, 20)],
    before: (io) => io.free([run(0, 20)]),
    act: (_io, trim) => trim(),
  },
]

/** Where nobody else is, pages are claimed in another way. */
const alone = ofTwo
  .filter(({ others }) => others === undefined)
  .map((scenario): Scenario => ({ ...scenario, name: `${scenario.name}, in an area of one slot`, slots: 1 }))

export const scenarios: readonly Scenario[] = [...ofTwo, ...alone]
