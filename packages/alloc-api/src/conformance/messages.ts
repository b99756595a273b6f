// What the two ends of a concurrent run say to each other.
import type { FrameAllocatorHandle } from '../frame-allocator.ts'
import type { Words } from '../sab/atomics.ts'
import type { ChurnJob, ChurnResult } from './churn.ts'

/** To a worker: attach, wait for the others, churn, close. */
export interface ChurnRequest {
  type: 'parperos:churn'
  /** Comes back with the answer; no two requests share one, so that runs can go on at the same time. */
  id: string
  /** What `resolveBackend` of the worker knows it by. */
  backend: string
  handle: FrameAllocatorHandle
  slot: number
  /** How many workers start together. */
  workers: number
  shadow: Words
  job: ChurnJob
}

/** From a worker. */
export type ChurnAnswer =
  | { type: 'parperos:churned'; id: string; result: ChurnResult }
  | { type: 'parperos:failed'; id: string; reason: string }

/** Other messages may pass through the same port. */
export const isChurnRequest = (message: unknown): message is ChurnRequest => typeOf(message) === 'parperos:churn'

export const isChurnAnswer = (message: unknown): message is ChurnAnswer =>
  typeOf(message) === 'parperos:churned' || typeOf(message) === 'parperos:failed'

const typeOf = (message: unknown): unknown =>
  typeof message === 'object' && message !== null ? (message as { type?: unknown }).type : undefined
