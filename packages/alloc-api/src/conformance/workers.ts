// Starting the workers of concurrent runs, in Node and in browsers.
import type { ConcurrentWorker } from './concurrent.ts'
import { portOf } from './port.ts'

/** A Node `Worker`, or a web worker: an end of messages that can be made to stop. */
export type EndableWorker = Parameters<typeof portOf>[0] & { terminate(): unknown }

/**
 * Starts one worker for each name in `backends`, on slots 1, 2, …, runs `body` with them, and ends them. What `start`
 * starts has to call `serveConformanceJobs`.
 */
export async function withWorkers<Result>(
  start: () => EndableWorker,
  backends: readonly string[],
  body: (workers: ConcurrentWorker[]) => Promise<Result>,
): Promise<Result> {
  const started = backends.map(start)
  try {
    return await body(started.map((worker, i) => ({ port: portOf(worker), backend: backends[i], slot: i + 1 })))
  } finally {
    await Promise.all(started.map((worker) => worker.terminate()))
  }
}
