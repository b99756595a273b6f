// What a kill left, put into a memory again as often as one likes: for recoveries that are wrong on purpose, and for
// recoveries that are broken off at a step that the test chooses.
import type { BackendKind } from '@parperos/alloc-api'
import { native, type NativeMemory } from '@parperos/alloc-api/native'
import { LLFree } from '../../../src/index.ts'
import { sab } from '../../../src/sab.ts'
import { backends } from '../backends.ts'
import { recoverUpTo } from '../interrupted-recovery.ts'
import { recoverWrongly, type Planted } from '../planted-recoveries.ts'
import { examine } from './examine.ts'
import { optionsOf, partsOf, type Parts } from './file.ts'
import { readOwnership } from './ownership.ts'

/** The memory that these bytes were, and what is in it. */
async function opened(bytes: Uint8Array): Promise<Parts & { memory: NativeMemory }> {
  const memory = await native.create({ bytes: bytes.length })
  new Uint8Array(memory.buffer).set(bytes)
  return { memory, ...partsOf(memory) }
}

/** What the examination says after a wrong recovery: its complaint, or undefined. */
export async function complaintAfter(planted: Planted, bytes: Uint8Array): Promise<string | undefined> {
  const { memory, journal, words } = await opened(bytes)
  try {
    recoverWrongly(words, planted)
    using allocator = await LLFree.attach({ backend: sab, memory, slot: 0, takeOver: true })
    examine(allocator, readOwnership(journal))
    return undefined
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  } finally {
    memory.close()
  }
}

/** Breaks a recovery off at each of these shares of its changes, one after the other, then recovers and examines. */
export async function examineBrokenOff(bytes: Uint8Array, shares: readonly number[], kind: BackendKind): Promise<void> {
  const { memory, journal, words } = await opened(bytes)
  const wreck = words.slice()
  const changes = shares.length > 0 ? recoverUpTo(words, Infinity) : 0
  words.set(wreck)
  for (const share of shares) recoverUpTo(words, Math.floor(changes * share))
  using allocator = await LLFree.open({ backend: backends[kind], memory, ...optionsOf(journal), initial: 'recover' })
  examine(allocator, readOwnership(journal))
  memory.close()
}
