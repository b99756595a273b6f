// The core of an instance that has been closed: whatever is asked of it throws. The open instance pays nothing for it.
import { ParperosError } from '../errors.ts'
import type { FrameAllocatorCore } from './core.ts'

const refuse = (): never => {
  throw new ParperosError('CLOSED', 'this frame allocator has been closed', { hint: 'attach again to go on' })
}

export const closedCore: Required<FrameAllocatorCore> = {
  get: refuse,
  put: refuse,
  getBatch: refuse,
  putBatch: refuse,
  stats: refuse,
  statsAt: refuse,
  validate: refuse,
  getAt: refuse,
  drain: refuse,
  quickStats: refuse,
}
