// Slots: which worker is which. A structure has one owner word per slot; whoever attaches claims its word by
// compare-exchange and gives it back on close. A worker that dies keeps its word: the next one says `takeOver`.
import { compareExchange, exchange, store } from '#atomics'
import type { Words } from '../sab/atomics.ts'
import type { AttachOptions } from '../backend.ts'
import { ParperosError } from '../errors.ts'

const FREE = 0

/** Who claims: the process's number where there is one, which is what a person wants to see in a busy slot. */
const claimant = (): number => (typeof process === 'undefined' ? 1 : process.pid)

/**
 * Claims `slot` of `slots`, whose owner words start at `firstOwner`. Throws `BAD_SLOT` when there is no such slot and
 * `SLOT_BUSY` when it is held and `takeOver` was not said.
 */
export function claimSlot(
  words: Words,
  firstOwner: number,
  slots: number,
  slot: number,
  { takeOver = false }: AttachOptions = {},
): void {
  if (!Number.isInteger(slot) || slot < 0 || slot >= slots) {
    throw new ParperosError('BAD_SLOT', `slot ${slot} does not exist: there are ${slots}, numbered from 0`)
  }
  if (takeOver) {
    exchange(words, firstOwner + slot, claimant())
    return
  }
  const owner = compareExchange(words, firstOwner + slot, FREE, claimant())
  if (owner !== FREE) {
    throw new ParperosError('SLOT_BUSY', `slot ${slot} is held by a worker of process ${owner}`, {
      hint: 'attach to another slot; { takeOver: true } when its holder is gone',
    })
  }
}

/** Gives a slot back. */
export function releaseSlot(words: Words, firstOwner: number, slot: number): void {
  store(words, firstOwner + slot, FREE)
}
