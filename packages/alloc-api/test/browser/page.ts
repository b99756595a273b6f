// Runs in the page: the suite on the model in each kind of memory that a browser has, and the model in a web worker. It
// is not made for several at once.
import { conformancePage } from '@parperos/browser/conformance'
import type { Report } from '@parperos/browser/page'
import * as conformance from '../../src/conformance/index.ts'
import { createMemory } from '../../src/index.ts'
import { modelBackend } from '../../src/model/index.ts'

export async function run(report: Report): Promise<void> {
  for (const backend of ['sab', 'wasm'] as const) {
    const name = `model in a ${backend} memory`
    const page = conformancePage({
      conformance,
      backends: { [name]: modelBackend },
      memory: (bytes) => createMemory({ backend, bytes }),
      worker: () => new Worker(new URL('worker.ts', import.meta.url), { type: 'module' }),
      teams: [[name]],
      operations: 2000,
    })
    await page(report)
  }
}
