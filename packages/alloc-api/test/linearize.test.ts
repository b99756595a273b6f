// The search for a sequence: the examples of the literature, operations without an end, and the same verdict as trying
// everything, on thousands of small histories that are right or nearly right.
import { describe, expect, it } from 'vitest'
import { FrameSpecification, linearize, Random, type Operation } from '../src/conformance/index.ts'
import { explainable } from './histories/make.ts'
import { dequeue, enqueue, isExplainable, Queue, read, Register, write, type Access } from './histories/objects.ts'

describe('a register', () => {
  it('may show the old or the new value while it is being written', () => {
    expect(linearize([write(1, 0, 5), read(0, 1, 2), read(1, 3, 4)], new Register()).linearizable).toBe(true)
  })

  it('does not show the old value after the new one', () => {
    expect(linearize([write(1, 0, 5), read(1, 1, 2), read(0, 3, 4)], new Register()).linearizable).toBe(false)
  })

  it('does not show the old value when the write has returned', () => {
    expect(linearize([write(1, 0, 1), read(0, 2, 3)], new Register()).linearizable).toBe(false)
  })

  it('shows two readers the same order of two writes', () => {
    const writes = [write(1, 0, 20), write(2, 1, 19)]
    const one = [read(1, 2, 4), read(2, 10, 12)]
    const other = [read(2, 3, 5), read(1, 11, 13)]
    expect(linearize([...writes, ...one], new Register()).linearizable).toBe(true)
    expect(linearize([...writes, ...other], new Register()).linearizable).toBe(true)
    expect(linearize([...writes, ...one, ...other], new Register()).linearizable).toBe(false)
  })

  it('may have been written by an operation that never returned, or not', () => {
    expect(linearize([write(1, 0, null), read(1, 1, 2)], new Register()).linearizable).toBe(true)
    expect(linearize([write(1, 0, null), read(0, 1, 2)], new Register()).linearizable).toBe(true)
    expect(linearize([write(1, 3, null), read(1, 1, 2)], new Register()).linearizable).toBe(false)
  })
})

// The queue histories of Herlihy and Wing 1990, figure 1, with times in place of drawings.
describe('a queue', () => {
  it('gives two elements that were put in at the same time in either order', () => {
    const history = [enqueue(1, 0, 3), enqueue(2, 1, 2), dequeue(2, 4, 5), dequeue(1, 6, 7)]
    expect(linearize(history, new Queue()).linearizable).toBe(true)
  })

  it('does not give the second element first', () => {
    const history = [enqueue(1, 0, 1), enqueue(2, 2, 3), dequeue(2, 4, 7), dequeue(1, 5, 8)]
    expect(linearize([...history.slice(0, 3)], new Queue()).linearizable).toBe(false)
    expect(linearize(history, new Queue()).linearizable).toBe(true)
  })

  it('gives an element while it is still being put in', () => {
    expect(linearize([enqueue(1, 0, 3), dequeue(1, 1, 2)], new Queue()).linearizable).toBe(true)
  })

  it('does not give an element twice', () => {
    const history = [enqueue(1, 0, 1), enqueue(2, 2, 3), dequeue(1, 4, 6), dequeue(1, 5, 7)]
    expect(linearize(history, new Queue()).linearizable).toBe(false)
  })

  it('is tried in every order before it is given up', () => {
    // All six can come first; what comes out last tells that none of the 720 orders was right.
    const together = [1, 2, 3, 4, 5, 6].map((value) => enqueue(value, value, 10 + value))
    const backwards = [6, 5, 4, 3, 2, 1].map((value, i) => dequeue(value, 20 + 2 * i, 21 + 2 * i))
    expect(linearize([...together, ...backwards], new Queue()).linearizable).toBe(true)
    const twice = [...backwards.slice(0, 5), dequeue(6, 30, 31)]
    const verdict = linearize([...together, ...twice], new Queue())
    expect(verdict.linearizable).toBe(false)
    expect(verdict.order).toHaveLength(11)
  })
})

describe('the search', () => {
  it('answers with a sequence that explains the history', () => {
    const { operations, ...before } = explainable(1, 40)
    const { order, linearizable } = linearize(operations, new FrameSpecification({ ...before, operations }))
    expect([linearizable, order.length]).toEqual([true, 40])
    const again = new FrameSpecification({ ...before, operations })
    expect(order.every((one) => again.apply(one))).toBe(true)
    expect(again.accepts()).toBe(true)
    order.forEach((one, i) => {
      expect(order.slice(i + 1).every((later) => (later.returned ?? Infinity) > one.invoked)).toBe(true)
    })
  })

  it('explains what has no operations, unless the last state is wrong', () => {
    expect(linearize([], new Queue())).toEqual({ linearizable: true, order: [], configurations: 0 })
    const amiss = { frames: 4, workers: [], free: [], operations: [], left: [{ frame: 0, order: 0 }] }
    expect(linearize([], new FrameSpecification(amiss)).linearizable).toBe(false)
  })

  it('looks at a configuration once', () => {
    // Twelve writers at the same time, and no right answer to stop at: 12! sequences, but 2^12 sets of writes.
    const writers = Array.from({ length: 12 }, (_, i) => write(1, i, 100 + i))
    const verdict = linearize([...writers, read(2, 200, 201)], new Register())
    expect(verdict.linearizable).toBe(false)
    expect(verdict.configurations).toBe(2 ** 12 - 1)
  })

  it('leaves the object as the sequence has made it, or as it was', () => {
    const queue = new Queue()
    linearize([enqueue(1, 0, 1), dequeue(2, 2, 3)], queue)
    expect(queue.key()).toBe('')
    linearize([enqueue(1, 0, 1), enqueue(2, 2, 3), dequeue(1, 4, 5)], queue)
    expect(queue.key()).toBe('2')
  })
})

describe('the verdict is that of trying every sequence', () => {
  /** How many of some histories are explainable; the two ways have to agree about each. */
  function count(histories: number, isRight: (random: Random) => [boolean, boolean]): number {
    let right = 0
    for (let seed = 0; seed < histories; seed++) {
      const [found, expected] = isRight(new Random(seed))
      expect(found, `seed ${seed}`).toBe(expected)
      right += Number(found)
    }
    return right
  }

  /** Operations at random times; some never return. */
  const timed = (random: Random, make: (index: number) => Omit<Access, 'invoked' | 'returned'>): Access[] =>
    Array.from({ length: 2 + random.below(6) }, (_, index) => {
      const invoked = random.below(16)
      const returned = random.chance(0.15) ? null : invoked + 1 + random.below(8)
      return { ...make(index), invoked, returned }
    })

  it('for registers', () => {
    const right = count(3000, (random) => {
      const history = timed(random, () => ({ what: random.chance(0.5) ? 'write' : 'read', value: random.below(3) }))
      return [linearize(history, new Register()).linearizable, isExplainable(history, new Register())]
    })
    expect(right).toBeGreaterThan(300)
    expect(right).toBeLessThan(2700)
  })

  it('for queues', () => {
    const right = count(3000, (random) => {
      const history = timed(random, (index) =>
        random.chance(0.6) ? { what: 'enqueue', value: index } : { what: 'dequeue', value: random.below(index + 1) },
      )
      return [linearize(history, new Queue()).linearizable, isExplainable(history, new Queue())]
    })
    expect(right).toBeGreaterThan(300)
    expect(right).toBeLessThan(2700)
  })

  it('for frame allocators, with one answer or one time changed', () => {
    const right = count(3000, (random) => {
      const whole = explainable(random.next(), 7)
      const changed = random.below(7)
      const operations = whole.operations.map((one, i) => (i === changed ? change(random, one) : one))
      const history = { ...whole, operations }
      const specification = () => new FrameSpecification(history)
      return [linearize(operations, specification()).linearizable, isExplainable(operations, specification())]
    })
    expect(right).toBeGreaterThan(300)
    expect(right).toBeLessThan(2700)
  })

  function change(random: Random, one: Operation): Operation {
    switch (random.below(4)) {
      case 0:
        return { ...one, done: !one.done }
      case 1:
        return { ...one, frame: random.below(64 >> one.order) << one.order }
      case 2:
        return { ...one, returned: one.invoked + 0.5 }
      default:
        return { ...one, invoked: (one.returned ?? 0) - 0.5 }
    }
  }
})
