// What the two ends of a recording say to each other, and how each says it.
import type { FrameAllocatorHandle } from '../frame-allocator.ts'
import { ConformanceError } from './expect.ts'
import { Meeting } from './meeting.ts'
import type { Port } from './port.ts'
import { record, type Recordings, type RecordJob } from './record.ts'
import type { ResolveBackend } from './serve.ts'

/** To a worker: attach, record histories together with the others, close. */
interface RecordRequest {
  type: 'parperos:record'
  /** Comes back with the answer. */
  id: string
  /** What `resolveBackend` of the worker knows it by. */
  backend: string
  handle: FrameAllocatorHandle
  slot: number
  job: RecordJob
}

/** From a worker. */
type RecordAnswer =
  | { type: 'parperos:recorded'; id: string; recordings: Recordings }
  | { type: 'parperos:not-recorded'; id: string; reason: string }

/** Lets the worker at the other end record; rejects when it cannot, and tells the others that it will not come. */
export async function askToRecord(port: Port, request: Omit<RecordRequest, 'type' | 'id'>): Promise<Recordings> {
  const { promise, resolve, reject } = Promise.withResolvers<Recordings>()
  const id = crypto.randomUUID()
  const unsubscribe = [
    port.onMessage((message) => {
      if (!isAnswer(message) || message.id !== id) return
      if (message.type === 'parperos:recorded') resolve(message.recordings)
      else reject(new ConformanceError(message.reason))
    }),
    port.onFailure((reason) => {
      new Meeting(request.job.workers, request.job.meeting).abandon()
      reject(new ConformanceError(reason))
    }),
  ]
  port.postMessage({ type: 'parperos:record', id, ...request } satisfies RecordRequest)
  try {
    return await promise
  } finally {
    for (const end of unsubscribe) end()
  }
}

/** Records whenever it is asked to, for as long as the worker lives. */
export function serveRecordings(port: Port, resolveBackend: ResolveBackend): void {
  port.onMessage((message) => {
    if (!isRequest(message)) return
    const { id } = message
    const answer = (one: RecordAnswer): void => {
      port.postMessage(one)
    }
    serve(message, resolveBackend).then(
      (recordings) => answer({ type: 'parperos:recorded', id, recordings }),
      (error: unknown) => {
        const reason = error instanceof Error ? error.message : String(error)
        answer({ type: 'parperos:not-recorded', id, reason })
      },
    )
  })
}

async function serve({ backend, handle, slot, job }: RecordRequest, resolve: ResolveBackend): Promise<Recordings> {
  try {
    const resolved = await resolve(backend)
    using allocator = await resolved.attach(handle, slot)
    return record(allocator, job)
  } catch (error) {
    new Meeting(job.workers, job.meeting).abandon()
    throw error
  }
}

/** Other messages may pass through the same port. */
const isRequest = (message: unknown): message is RecordRequest => typeOf(message) === 'parperos:record'

const isAnswer = (message: unknown): message is RecordAnswer =>
  typeOf(message) === 'parperos:recorded' || typeOf(message) === 'parperos:not-recorded'

const typeOf = (message: unknown): unknown =>
  typeof message === 'object' && message !== null ? (message as { type?: unknown }).type : undefined
