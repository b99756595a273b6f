// Slots: which worker is which. A structure has one owner word per slot; whoever attaches claims its word by
// compare-exchange and gives it back on close. A worker that dies keeps its word: the next one says `takeOver`.
//
//   owner word   31 ‥ 22       21 ‥ 0
//               ┌─────────────┬──────────────────┐   0: nobody. The generation grows with each take-over, so that the
//               │ generation  │ process number   │   former holder, if it lives after all, cannot give back what is
//               └─────────────┴──────────────────┘   another's by now.
import { compareExchange, load } from '#atomics'
import type { Words } from '../sab/atomics.ts'
import type { AttachOptions } from '../backend.ts'
import { ParperosError } from '../errors.ts'

const FREE = 0

const PROCESS_BITS = 22
const PROCESS_MASK = 2 ** PROCESS_BITS - 1

/** Who claims: the process's number where there is one, which is what a person wants to see in a busy slot. */
const claimant = (): number => (typeof process === 'undefined' ? 1 : process.pid & PROCESS_MASK)

/**
 * Claims `slot` of `slots`, whose owner words start at `firstOwner`; returns the function that gives it back. Throws
 * `BAD_SLOT` when there is no such slot and `SLOT_BUSY` when it is held and `takeOver` was not said.
 */
export function claimSlot(
  words: Words,
  firstOwner: number,
  slots: number,
  slot: number,
  { takeOver = false }: AttachOptions = {},
): () => void {
  if (!Number.isInteger(slot) || slot < 0 || slot >= slots) {
    throw new ParperosError('BAD_SLOT', `slot ${slot} does not exist: there are ${slots}, numbered from 0`)
  }
  const index = firstOwner + slot
  for (;;) {
    const held = load(words, index)
    if (held !== FREE && !takeOver) {
      throw new ParperosError('SLOT_BUSY', `slot ${slot} is held by a worker of process ${held & PROCESS_MASK}`, {
        hint: 'attach to another slot; { takeOver: true } when its holder is gone',
      })
    }
    const own = held === FREE ? claimant() : ((((held >>> PROCESS_BITS) + 1) << PROCESS_BITS) | claimant()) | 0
    if (compareExchange(words, index, held, own) === held) return () => void compareExchange(words, index, own, FREE)
  }
}
