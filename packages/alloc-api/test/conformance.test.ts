// The suite accepts the model, in each kind of memory: all of the contract can be kept, and by something obvious. It
// also accepts one that can only take and give: capabilities are not obligations.
import { canTest } from '@parperos/presets/backends'
import { describe, expect, it } from 'vitest'
import { frameAllocatorSuite } from '../src/conformance/index.ts'
import { createMemory } from '../src/index.ts'
import { modelBackend } from '../src/model/index.ts'
import { native } from '../src/native.ts'
import { plainBackend } from './plain-model.ts'

const subjects = [
  { name: 'the model in a SharedArrayBuffer', backend: modelBackend, kind: 'sab' },
  { name: 'the model in a native memory', backend: modelBackend, kind: 'native' },
  { name: 'a model without capabilities in a WebAssembly memory', backend: plainBackend, kind: 'wasm' },
] as const

const testable = subjects.filter(({ kind }) => kind !== 'native' || canTest(native))

describe.each(testable)('$name', ({ name, backend, kind }) => {
  const suite = frameAllocatorSuite({ name, backend, memory: (bytes) => createMemory({ backend: kind, bytes }) })
  for (const { name, run } of suite) it(name, run)
})

it('checks have names, each another', () => {
  const suite = frameAllocatorSuite({ ...subjects[0], memory: (bytes) => createMemory({ backend: 'sab', bytes }) })
  expect(new Set(suite.map(({ name }) => name)).size).toBe(suite.length)
})
