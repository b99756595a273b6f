// Traces: the same calls from the same seed, of every kind that the allocator supports.
import { expect, it } from 'vitest'
import { Trace, type TraceOptions } from '../src/conformance/index.ts'
import { createMemory, type FullFrameAllocator } from '../src/index.ts'
import { makeModelBackend, modelBackend } from '../src/model/backend.ts'

async function open(backend = modelBackend, initial: 'free' | 'allocated' = 'free'): Promise<FullFrameAllocator> {
  const memory = await createMemory({ backend: 'wasm', bytes: 1 << 20 })
  return await backend.open({ memory, frames: 3001, slots: 2, initial })
}

async function answersOf(options: TraceOptions): Promise<(number | string)[]> {
  const trace = new Trace([[await open(modelBackend, options.initial)]], options)
  trace.run(5000)
  return trace.answers
}

it('the same seed gives the same answers, and another gives others', async () => {
  const answers = await answersOf({ seed: 1 })
  expect(answers.length).toBeGreaterThanOrEqual(5000)
  expect(await answersOf({ seed: 1 })).toEqual(answers)
  expect(await answersOf({ seed: 2 })).not.toEqual(answers)
})

it.each(['free', 'allocated'] as const)('a trace on %s frames gives all back that it holds', async (initial) => {
  const allocator = await open(modelBackend, initial)
  const trace = new Trace([[allocator]], { seed: 3, initial })
  trace.run(3000)
  expect(allocator.stats().free).toBeLessThan(3001)
  trace.giveAll()
  expect(allocator.stats().free).toBe(3001)
})

it('a trace meets full memory, misuse and every code of its own mistakes', async () => {
  const answers = await answersOf({ seed: 4 })
  const codes = new Set(answers.filter((answer) => typeof answer === 'string').map((answer) => answer.split(' ')[0]))
  expect([...codes].sort()).toEqual(['BAD_FRAME', 'BAD_ORDER', 'NOT_ALLOCATED', 'UNALIGNED'])
  expect(answers).toContain(-1)
})

/** Notes the name of every method that is called, with how many arguments. */
function noting(allocator: FullFrameAllocator): { allocator: FullFrameAllocator; calls: string[] } {
  const calls: string[] = []
  const get = (target: FullFrameAllocator, name: string | symbol): unknown => {
    const value: unknown = Reflect.get(target, name, target)
    if (typeof value !== 'function') return value
    return (...operands: unknown[]): unknown => {
      calls.push(`${String(name)}/${operands.length}`)
      return Reflect.apply(value, target, operands)
    }
  }
  return { allocator: new Proxy(allocator, { get }), calls }
}

it('instances of a slot take turns, and slots are drawn', async () => {
  const first = await open()
  const again = await modelBackend.attach(first.handle, 0, { takeOver: true })
  const other = await modelBackend.attach(first.handle, 1)
  const [a, b, c] = [first, again, other].map(noting)
  new Trace([[a.allocator, b.allocator], [c.allocator]], { seed: 5 }).run(4000)
  expect(a.calls.length).toBeGreaterThan(500)
  expect(b.calls.length).toBeGreaterThan(500)
  expect(c.calls.length).toBeGreaterThan(1500)
})

it('every method is called, and what the allocator does not support is not', async () => {
  const methods = async (supported: boolean): Promise<Set<string>> => {
    const supports = { placement: supported, classes: supported, reclaim: supported, recovery: false }
    const { allocator, calls } = noting(await open(makeModelBackend({ supports })))
    new Trace([[allocator]], { seed: 6 }).run(5000)
    return new Set(calls)
  }
  const usual = ['getBatch/2', 'put/2', 'putBatch/2', 'stats/0', 'statsAt/2', 'tryGet/1']
  const more = ['drain/0', 'getAt/2', 'getAt/3', 'getBatch/3', 'quickStats/0', 'tryGet/2']
  expect([...(await methods(false))].sort()).toEqual(usual)
  expect([...(await methods(true))].sort()).toEqual([...usual, ...more].sort())
})
