// Runs in the page: asks a web worker for each check of the suite of page areas.
import type { Report } from '@parperos/browser/page'
import { remoteChecks } from '../../../src/conformance/page-area/index.ts'
import { portOf } from '../../../src/conformance/index.ts'

export async function run(report: Report): Promise<void> {
  const worker = new Worker(new URL('worker.ts', import.meta.url), { type: 'module' })
  for (const { name, run } of await remoteChecks(portOf(worker))) await report.check(name, run)
  worker.terminate()
}
