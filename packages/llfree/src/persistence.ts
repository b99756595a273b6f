// The persist policy of an allocator and what carries it out: instructions or system calls of the native backend.
import { ParperosError, type Memory } from '@parperos/alloc-api'
import type { CoreBackend } from './driver.ts'
import * as L from './layout.ts'
import type { Persistence } from './sab/persist.ts'

/**
 * When a change is on the medium, for memories over files:
 * - `'none'`: when the system writes it back. The allocator survives the death of its processes, not of the machine.
 * - `'flush'`: before the operation returns, by cache-line flushes: for persistent memory (DAX).
 * - `'msync'`: before the operation returns, by msync(2): for every file. A system call per operation.
 */
export type PersistPolicy = 'none' | 'flush' | 'msync'

const numbers: Record<PersistPolicy, number> = { none: L.persistNone, flush: L.persistFlush, msync: L.persistMsync }

/** The policy's number in the header; throws `BAD_OPTION`. */
export function persistNumber(policy: PersistPolicy): number {
  if (Object.hasOwn(numbers, policy)) return numbers[policy]
  throw new ParperosError('BAD_OPTION', `persist is 'none', 'flush' or 'msync', got ${JSON.stringify(policy)}`)
}

/** What makes the words of a memory durable under that policy; null for 'none'. Throws `UNSUPPORTED`, `UNAVAILABLE`. */
export async function loadPersistence(
  { kind, persists }: CoreBackend,
  memory: Memory,
  persist: number,
): Promise<Persistence | null> {
  if (persist === L.persistNone) return null
  if (memory.kind !== 'native') {
    throw new ParperosError('UNSUPPORTED', `a memory of kind ${memory.kind} cannot be made durable`, {
      hint: "persist: 'flush' and 'msync' are for memories made with backend 'native' over a file",
    })
  }
  if (!persists) {
    throw new ParperosError('UNSUPPORTED', `the ${kind} backend cannot flush: WebAssembly has no such instruction`, {
      hint: "attach with backend sab or native, or open with persist: 'none'",
    })
  }
  const { flushWords, persistFence, syncWords } = await import('@parperos/alloc-api/native')
  return persist === L.persistFlush
    ? { flush: flushWords, fence: persistFence }
    : // msync waits by itself.
      { flush: syncWords, fence: () => undefined }
}
