// Recognising a worker that spins: it repeats the same accesses with the same values. Nothing will change for it until
// another worker changes memory, so the others have to go on first, as a fair system would let them.
import { accessOf, TRACE_WORDS, type Control } from './control.ts'

/** How many steps without a change before it is looked at, and between two looks. */
const PATIENCE = 24
const EVERY = 16
/** The longest round that is recognised, in steps. */
const LONGEST = 256

/** Whether it is time to look at a worker that has taken so many steps without changing anything. */
export const isSuspect = (quiet: number): boolean => quiet >= PATIENCE && (quiet - PATIENCE) % EVERY === 0

/** Whether the last `quiet` steps before `end`, all of one worker, end in three equal rounds, or more short ones. */
export function isSpinning(control: Control, traceAt: number, end: number, quiet: number): boolean {
  const longest = Math.min(LONGEST, Math.floor(quiet / 3))
  for (let round = 1; round <= longest; round++) {
    if (isPeriodic(control, traceAt, end, round, Math.max(2 * round, EVERY))) return true
  }
  return false
}

/** Whether each of the last `count` steps equals the one `round` steps before it. */
function isPeriodic(control: Control, traceAt: number, end: number, round: number, count: number): boolean {
  for (let i = 1; i <= count; i++) {
    const one = traceAt + (end - i) * TRACE_WORDS
    const other = one - round * TRACE_WORDS
    if (accessOf(control[one]) !== accessOf(control[other])) return false
    if (control[one + 1] !== control[other + 1] || control[one + 3] !== control[other + 3]) return false
  }
  return true
}
