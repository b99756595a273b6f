// Real records in the buffer manager, with a pool of a quarter of their size: two workers load, read, change and read
// again what Debian's package lists (else npm's packages) say, and look at every value.
import type { PackageRun } from '../report/schema.ts'
import { RunFailure } from '../misuse.ts'
import { runnableBackends } from './buffer-manager.ts'
import type { PackagesInput, PackagesOutcome } from './package-store-job.ts'
import type { Measurement, Settings, Suite } from './suite.ts'

const MIB = 2 ** 20
const BYTES_AT_MOST = { quick: 4 * MIB, normal: 96 * MIB }

export const packageStore: Suite = {
  name: 'package-store',
  about:
    'loads package lists into the key/value store with a pool of a quarter, reads and changes them, checks every value',
  main: true,
  takesDirectory: false,
  async plan(settings) {
    return { measurements: runnableBackends(settings).map((backend) => measurement(backend, settings)), notes: [] }
  },
}

function measurement(backend: PackageRun['backend'], { workers: counts, quick, seed, cwd }: Settings): Measurement {
  const workers = Math.max(...counts)
  const bytesAtMost = BYTES_AT_MOST[quick ? 'quick' : 'normal']
  const input: PackagesInput = { backend, bytesAtMost, seed, cwd }
  return {
    cell: { job: 'package-store', label: `package store  ${backend}  ${workers} workers`, workers, input },
    record(outcome, records) {
      const { input: found, ...run } = outcome as PackagesOutcome
      records.packageStore ??= { input: found, runs: [] }
      records.packageStore.runs.push({ backend, workers, ...run })
      if (run.wrongValues > 0) throw new RunFailure(`${run.wrongValues} values were not what had been stored`)
    },
  }
}
