// The worker's end of a concurrent run. A worker script is two lines: import its backends, serve.
import type { FrameAllocatorBackend } from '../frame-allocator.ts'
import { churn, type ChurnResult } from './churn.ts'
import { isChurnRequest, type ChurnAnswer, type ChurnRequest } from './messages.ts'
import type { Port } from './port.ts'
import { Shadow } from './shadow.ts'

/** The backend of that name; throws when the worker has none. */
export type ResolveBackend = (name: string) => FrameAllocatorBackend | Promise<FrameAllocatorBackend>

/** Does what `runConcurrently` asks for through the port, for as long as the worker lives. */
export function serveConformanceJobs(port: Port, resolveBackend: ResolveBackend): void {
  port.onMessage((message) => {
    if (!isChurnRequest(message)) return
    const { id } = message
    serve(message, resolveBackend).then(
      (result) => answer(port, { type: 'parperos:churned', id, result }),
      (error: unknown) => {
        answer(port, { type: 'parperos:failed', id, reason: error instanceof Error ? error.message : String(error) })
      },
    )
  })
}

const answer = (port: Port, message: ChurnAnswer): void => {
  port.postMessage(message)
}

async function serve(request: ChurnRequest, resolveBackend: ResolveBackend): Promise<ChurnResult> {
  const shadow = new Shadow(request.shadow)
  try {
    const backend = await resolveBackend(request.backend)
    using allocator = await backend.attach(request.handle, request.slot)
    shadow.meet(request.workers)
    return churn(allocator, shadow, request.job)
  } catch (error) {
    shadow.abandon()
    throw error
  }
}
