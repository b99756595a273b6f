// A worker that records histories, of right and of wrong models.
import { parentPort } from 'node:worker_threads'
import { portOf, serveConformanceJobs } from '../../src/conformance/index.ts'
import { models } from '../inexact-models.ts'

if (!parentPort) throw new Error('this script runs as a worker')

serveConformanceJobs(portOf(parentPort), (name) => {
  if (name === 'exits') process.exit(3)
  return models[name]
})
