// Everything that a worker can be asked to do by this package's tests. A worker script is two lines: import its
// backends, serve.
import { serveRecordings } from './history-messages.ts'
import type { Port } from './port.ts'
import { serveConformanceJobs as serveChurns, type ResolveBackend } from './serve.ts'

/** Does what `runConcurrently` and `expectLinearizable` ask for through the port, for as long as the worker lives. */
export function serveConformanceJobs(port: Port, resolveBackend: ResolveBackend): void {
  serveChurns(port, resolveBackend)
  serveRecordings(port, resolveBackend)
}
