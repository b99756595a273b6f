// Recovering the same wreck over and over, so that a kill hits while it goes on. The journal tells whoever kills whether
// the Region was being recovered or was being put back.
import { openMemory } from '@parperos/alloc-api/native'
import { setImmediate } from 'node:timers/promises'
import { LLFree } from '../../../src/index.ts'
import { backends } from '../backends.ts'
import { optionsOf, partsOf } from './file.ts'
import { phase } from './journal.ts'
import type { RecoverJob } from './victim.ts'

/** Returns only when nobody has killed the process. */
export async function recoverAgainAndAgain({ path, kind, untilMs }: RecoverJob, begun: () => void): Promise<void> {
  const memory = await openMemory({ path })
  const { journal, words } = partsOf(memory)
  const wreck = words.slice()
  begun()
  while (Date.now() < untilMs) {
    journal.phase = phase.recovering
    await LLFree.open({ backend: backends[kind], memory, ...optionsOf(journal), initial: 'recover' })
    journal.phase = phase.restoring
    words.set(wreck)
    // So that it is noticed when the parent has gone.
    await setImmediate()
  }
  throw new Error('nobody has killed this process')
}
