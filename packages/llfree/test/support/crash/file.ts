// The file of a crash test: an allocator and, beside it, the journal of the workers that will be killed.
import type { Memory } from '@parperos/alloc-api'
import { STACK_BYTES } from '@parperos/alloc-api/driver'
import { native } from '@parperos/alloc-api/native'
import { geometry } from '../../../src/geometry.ts'
import { LLFree } from '../../../src/index.ts'
import * as L from '../../../src/layout.ts'
import { sab } from '../../../src/sab.ts'
import type { Options } from '../open.ts'
import type { Words } from '../board.ts'
import { Journal, WORKERS, type Shape } from './journal.ts'

export interface Parts {
  journal: Journal
  /** The allocator's words. */
  words: Words
}

/** What the allocator was opened with; slot 0 is for whoever recovers. */
export const optionsOf = ({ shape: { frames, treeHugeFrames } }: Journal): Options => ({
  frames,
  treeHugeFrames,
  slots: WORKERS + 1,
})

/** Makes the file, with all frames free. */
export async function createFile(path: string, shape: Shape): Promise<void> {
  const { wordsTotal } = geometry(shape.frames, WORKERS + 1, L.maxClasses, L.minTreeShift)
  const bytes = wordsTotal * 4 + (WORKERS + 1) * STACK_BYTES + Journal.bytes(shape) + (64 << 10)
  const memory = await native.create({ bytes, path })
  const journal = Journal.create(memory.region(Journal.bytes(shape), 'journal').words(), shape)
  ;(await LLFree.open({ backend: sab, memory, ...optionsOf(journal) })).close()
  memory.close()
}

export function partsOf(memory: Memory): Parts {
  const [region, notes] = [memory.find('llfree'), memory.find('journal')]
  if (!region || !notes) throw new Error('this memory has no allocator or no journal')
  return { journal: new Journal(notes.words()), words: region.words() }
}

/** All bytes of a memory, as they are now. */
export const bytesOf = ({ buffer, bytes }: Memory): Uint8Array => new Uint8Array(buffer, 0, bytes).slice()
