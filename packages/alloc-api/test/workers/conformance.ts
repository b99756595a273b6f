// A worker that serves concurrent runs: the lines that every package's worker has, and two names that go wrong.
import { parentPort } from 'node:worker_threads'
import { portOf, serveConformanceJobs } from '../../src/conformance/index.ts'
import { modelBackend } from '../../src/model/index.ts'
import { lockedBackends } from '../locked-model.ts'

if (!parentPort) throw new Error('this script runs as a worker')

serveConformanceJobs(portOf(parentPort), (name) => {
  if (name === 'exits') process.exit(3)
  if (name === 'throws') throw new Error('there is no such backend')
  return lockedBackends[name] ?? modelBackend
})
