// A worker of a concurrent run: takes and gives as the main thread asks it to, through any backend.
import { portOf, serveConformanceJobs } from '@parperos/alloc-api/conformance'
import { parentPort } from 'node:worker_threads'
import { backends } from './backends.ts'

if (parentPort) serveConformanceJobs(portOf(parentPort), (name) => backends[name as keyof typeof backends])
