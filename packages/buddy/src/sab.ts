// The allocator in TypeScript: runs wherever there is shared memory.
import { sharedMemoryUnavailable } from '@parperos/alloc-api/driver'
import { buddyBackend } from './backend.ts'
import { SabCore } from './sab/core.ts'

export const sab = buddyBackend({
  kind: 'sab',
  unavailable: sharedMemoryUnavailable,
  core: async ({ words, frames }) => new SabCore(words, frames),
})
