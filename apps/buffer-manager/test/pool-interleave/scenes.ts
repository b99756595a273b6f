// The situations that are explored. Pages 0 to 3; with one frame every fetch has to evict, with two there is room.
import { compareExchange, load, store } from '#atomics'
import { MARKED, STATE, UNLOCKED } from '../../src/pool/states.ts'
import { expectTrue, increment, initial, make, mark, read, scene } from './scene.ts'
import type { Worker } from './stub-area.ts'

const withPage = (worker: Worker): void => {
  worker.pool.beginSync(0)
}
const withDirty = (worker: Worker): void => {
  increment(worker, 0)
}
const withDirtyMarked = (worker: Worker): void => {
  increment(worker, 0)
  mark(worker, 0)
}
const withMarked = (worker: Worker): void => {
  withPage(worker)
  mark(worker, 0)
}

/** How often a page was incremented, according to the results: 1 for each that could. */
const sum = (results: readonly (number | string)[]): number =>
  results.reduce<number>((all, each) => all + Number(each), 0)

const add = (worker: Worker): number => (increment(worker, 0) ? 1 : 0)
const readZero = (worker: Worker): number => read(worker, 0)
const readOne = (worker: Worker): number => read(worker, 1)
const dropZero = (worker: Worker): number => {
  worker.pool.drop([0])
  return 0
}

export const latchAgainstLatch = scene({
  frames: 2,
  before: withPage,
  workers: [add, add],
  expect: (results, values) => {
    expectTrue(sum(results) === 2 && values[0] === 102, `${results.join()} make ${values[0]}`)
  },
})

export const readAgainstLatch = scene({
  frames: 2,
  before: withPage,
  workers: [readZero, add],
  expect: ([value, added], values) => {
    expectTrue(value === 100 || value === 101, `a reader got ${value}`)
    expectTrue(added === 1 && values[0] === 101, `page 0 contains ${values[0]}`)
  },
})

export const readAgainstTwoLatches = scene({
  frames: 2,
  before: withPage,
  workers: [readZero, (worker) => add(worker) + add(worker)],
  expect: ([value], values) => {
    expectTrue([100, 101, 102].includes(Number(value)), `a reader got ${value}`)
    expectTrue(values[0] === 102, `page 0 contains ${values[0]}`)
  },
})

export const readAgainstMarking = scene({
  frames: 1,
  before: withMarked,
  workers: [readZero, readOne],
  expect: ([zero, one]) => expectTrue(zero === 100 && one === 101, `readers got ${zero} and ${one}`),
})

export const fetchAgainstFetch = scene({
  frames: 2,
  workers: [readZero, readZero],
  expect: (results) => expectTrue(results.every((value) => value === 100), `readers got ${results.join()}`),
})

export const fetchAgainstLatch = scene({
  frames: 2,
  workers: [readZero, add],
  expect: ([value, added], values) => {
    expectTrue(value === 100 || (value === 101 && added === 1), `a reader got ${value}`)
    expectTrue(values[0] === 100 + Number(added), `page 0 contains ${values[0]} after ${added}`)
  },
})

export const latchesOfAnEvictedPage = scene({
  frames: 2,
  workers: [add, add],
  expect: (results, values) => expectTrue(values[0] === 100 + sum(results), `${results.join()} make ${values[0]}`),
})

export const evictionAgainstRead = scene({
  frames: 1,
  before: withDirtyMarked,
  workers: [readOne, readZero],
  expect: ([one, zero]) => expectTrue(one === 101 && zero === 101, `readers got ${one} and ${zero}`),
})

export const evictionAgainstLatch = scene({
  frames: 1,
  before: withDirtyMarked,
  workers: [readOne, add],
  expect: ([one, added], values) => {
    expectTrue(one === 101, `a reader got ${one}`)
    expectTrue(values[0] === 101 + Number(added), `page 0 contains ${values[0]} after ${added}`)
  },
})

export const evictionOfCleanAgainstLatch = scene({
  frames: 1,
  before: withMarked,
  workers: [readOne, add],
  expect: ([one, added], values) => {
    expectTrue(one === 101, `a reader got ${one}`)
    expectTrue(values[0] === 100 + Number(added), `page 0 contains ${values[0]} after ${added}`)
  },
})

export const evictionOfUnmarkedAgainstLatch = scene({
  frames: 1,
  before: withDirty,
  workers: [readOne, add],
  expect: ([one, added], values) => {
    expectTrue(one === 101, `a reader got ${one}`)
    expectTrue(values[0] === 101 + Number(added), `page 0 contains ${values[0]} after ${added}`)
  },
})

/** A clean victim gets dirty, and the clock, another worker's, marks it again before it is taken. */
export const evictionOfCleanThatGetsDirty = scene({
  frames: 1,
  before: withMarked,
  workers: [
    readOne,
    (worker) => {
      const added = add(worker)
      const index = worker.places.stateOf(0)
      const word = load(worker.memory, index)
      if ((word & STATE) === UNLOCKED) compareExchange(worker.memory, index, word, (word & ~STATE) | MARKED)
      return added
    },
  ],
  expect: ([one, added], values) => {
    expectTrue(one === 101, `a reader got ${one}`)
    expectTrue(values[0] === 100 + Number(added), `page 0 contains ${values[0]} after ${added}`)
  },
})

export const fetchAgainstFetchAndEviction = scene({
  frames: 1,
  workers: [readZero, (worker) => read(worker, 0) * 1000 + read(worker, 1)],
  expect: ([zero, both]) => expectTrue(zero === 100 && both === 100_101, `readers got ${zero} and ${both}`),
})

/** The table's place of pages 0 and 2 is the same. */
export const fetchesOfOnePlace = scene({
  frames: 2,
  workers: [readZero, (worker) => read(worker, 2)],
  expect: ([zero, two]) => expectTrue(zero === 100 && two === 102, `readers got ${zero} and ${two}`),
})

/** Who has a copy of a page beside the pool must not use it for a later version. */
export const copyAgainstLaterVersion = scene({
  frames: 1,
  workers: [
    (worker) => {
      read(worker, 0)
      const hasAdded = load(worker.memory, worker.places.own) === 1
      const value = read(worker, 0)
      return hasAdded && value === 100 ? 'old' : value
    },
    (worker) => {
      const added = add(worker)
      store(worker.memory, worker.places.own, added)
      return read(worker, 1)
    },
  ],
  expect: ([value, one]) => {
    expectTrue((value === 100 || value === 101) && one === 101, `readers got ${value} and ${one}`)
  },
})

export const evictionAgainstEviction = scene({
  frames: 2,
  before: (worker) => {
    increment(worker, 0)
    increment(worker, 1)
    mark(worker, 0)
    mark(worker, 1)
  },
  workers: [(worker) => read(worker, 2), (worker) => read(worker, 3)],
  expect: ([two, three], values) => {
    expectTrue(two === 102 && three === 103, `readers got ${two} and ${three}`)
    expectTrue(values[0] === 101 && values[1] === 102, `pages contain ${values.join()}`)
  },
})

export const evictionAgainstReadAndLatch = scene({
  frames: 1,
  before: withDirtyMarked,
  workers: [readOne, readZero, add],
  expect: ([one, zero, added], values) => {
    expectTrue(one === 101 && (zero === 101 || zero === 102), `readers got ${one} and ${zero}`)
    expectTrue(values[0] === 101 + Number(added), `page 0 contains ${values[0]} after ${added}`)
  },
})

/**
 * Whoever has begun to read a page before it was dropped, and another one was made in its place, has to begin again.
 */
export const dropAgainstRead = scene({
  frames: 2,
  before: withDirty,
  workers: [
    (worker) => {
      const ticket = worker.pool.begin(0)
      if (ticket === 1) return 101
      const value = worker.content(0)
      return worker.pool.isUnchanged(0, ticket) ? value : 101
    },
    (worker) => {
      worker.pool.drop([0])
      return make(worker, 0, 555) ? 1 : 0
    },
  ],
  expect: ([value, made], values) => {
    expectTrue(value === 101 || (value === 555 && made === 1), `a reader got ${value}`)
    expectTrue(made === 1 && values[0] === 555, `page 0 contains ${values[0]}`)
  },
})

/** A page of which somebody has a copy beside the pool is changed. */
export const copyAgainstLatch = scene({
  frames: 2,
  workers: [
    (worker) => {
      const ticket = worker.pool.beginSync(0)
      const value = worker.content(0)
      if (!worker.pool.isUnchanged(0, ticket)) return 0
      const again = worker.content(0)
      return worker.pool.isUnchanged(0, ticket) && again !== value ? 1000 + again : value
    },
    readZero,
    add,
  ],
  expect: ([value, other, added], values) => {
    expectTrue([0, 100, 101].includes(Number(value)), `a reader got ${value}`)
    expectTrue(other === 100 || other === 101, `a reader got ${other}`)
    expectTrue(values[0] === 100 + Number(added), `page 0 contains ${values[0]} after ${added}`)
  },
})

export const dropAgainstFetch = scene({
  frames: 2,
  workers: [
    readZero,
    (worker) => {
      worker.pool.drop([0])
      return make(worker, 0, 555) ? 1 : 0
    },
  ],
  // A reader that comes too late sees something old, or what the frame had; what led it there says that it has changed.
  expect: ([value, made], values) => {
    expectTrue(value === 100 || value === 0 || (value === 555 && made === 1), `a reader got ${value}`)
    expectTrue(values[0] === (made === 1 ? 555 : 100), `page 0 contains ${values[0]} after ${made}`)
  },
})

/** Another process has put something else into the file, and everybody here is told to forget what they have. */
export const dropOfAPageThatIsAnotherInTheFile = scene({
  frames: 2,
  workers: [
    readZero,
    (worker) => {
      const { memory, places } = worker
      store(memory, places.file, 555)
      store(memory, places.file + 1, 555)
      return dropZero(worker)
    },
  ],
})

export const dropAgainstEviction = scene({
  frames: 1,
  before: withDirtyMarked,
  workers: [readOne, dropZero],
  expect: ([one]) => expectTrue(one === 101, `a reader got ${one}`),
})

export const dropAndMakeAgainstEviction = scene({
  frames: 2,
  before: (worker) => {
    increment(worker, 0)
    increment(worker, 1)
    mark(worker, 0)
  },
  workers: [
    (worker) => read(worker, 2),
    (worker) => {
      worker.pool.drop([0])
      return make(worker, 0, 555) ? 1 : 0
    },
  ],
  expect: ([two, made], values) => {
    expectTrue(two === 102 && values[1] === 102, `page 2 was ${two}, page 1 is ${values[1]}`)
    expectTrue(made === 0 || values[0] === 555, `page 0 contains ${values[0]}`)
  },
})

export const makeAgainstMake = scene({
  frames: 1,
  before: withDirtyMarked,
  workers: [
    (worker) => (make(worker, 1, 501) ? 1 : 0),
    (worker) => (make(worker, 2, 502) ? 1 : 0),
  ],
  expect: (results, values) => {
    expectTrue(sum(results) === 2, `made: ${results.join()}`)
    expectTrue(values.join() === `101,501,502,${initial(3)}`, `pages contain ${values.join()}`)
  },
})

const writeAll = (worker: Worker): number => worker.pool.writeBackSync(() => true)

export const writeBackAgainstEviction = scene({
  frames: 1,
  before: withDirtyMarked,
  workers: [writeAll, readOne],
  expect: ([, one], values) => {
    expectTrue(one === 101 && values[0] === 101, `read ${one}, page 0 contains ${values[0]}`)
  },
})

export const writeBacksAgainstLatch = scene({
  frames: 2,
  before: withDirty,
  workers: [writeAll, writeAll, add],
  expect: ([, , added], values) => {
    expectTrue(added === 1 && values[0] === 102, `page 0 contains ${values[0]} after ${added}`)
  },
})

export const writeBackAgainstLatch = scene({
  frames: 2,
  before: withDirty,
  workers: [writeAll, add],
  expect: ([, added], values) => {
    expectTrue(added === 1 && values[0] === 102, `page 0 contains ${values[0]} after ${added}`)
  },
})

/** What was dropped while it was written must not be dirty afterwards; its number can be another page's. */
export const writeBackAgainstDrop = scene({
  frames: 2,
  before: withDirty,
  workers: [
    writeAll,
    (worker) => {
      worker.pool.drop([0])
      return make(worker, 0, 555) ? 1 : 0
    },
  ],
  expect: ([, made], values) => expectTrue(made === 0 || values[0] === 555, `page 0 contains ${values[0]}`),
})

/** Nobody sees a page of which the checksum is wrong. */
export const badPage = scene({
  frames: 2,
  bad: 0,
  workers: [
    (worker) => {
      try {
        worker.pool.beginSync(0)
        return 'nothing'
      } catch (error) {
        return (error as { code: string }).code
      }
    },
    (worker) => (worker.pool.begin(0) === 1 && worker.pool.begin(0) === 1 ? 1 : 0),
  ],
  expect: ([code, missed]) => {
    expectTrue(code === 'CORRUPT', `reading it ended with ${code}`)
    expectTrue(missed === 1, 'a page was seen whose checksum is wrong')
  },
})
