// Runs in the page: the suite on each backend, then pairs of web workers on one allocator.
import { createMemory } from '@parperos/alloc-api'
import * as conformance from '@parperos/alloc-api/conformance'
import { conformancePage } from '@parperos/browser/conformance'
import { sab } from '../../src/sab.ts'
import { wasm } from '../../src/wasm.ts'

export const run = conformancePage({
  conformance,
  backends: { sab, wasm },
  memory: (bytes) => createMemory({ backend: 'wasm', bytes }),
  worker: () => new Worker(new URL('worker.ts', import.meta.url), { type: 'module' }),
})
