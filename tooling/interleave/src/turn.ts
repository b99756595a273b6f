// Handing over the turn. Whoever gives it away wakes the next thread directly; a thread that waits looks a few times
// before it sleeps, since waking a sleeper costs many microseconds.
import { turnAt, type Control } from './control.ts'

// The engine's own: the scenario's threads put a stand-in in the place of the global one later.
const { load, store, wait, notify } = Atomics

/** Looks before a thread sleeps: measured; more of them cost more than they bring when the cores have other work. */
const LOOKS = 100

export function giveTurn(control: Control, thread: number): void {
  const at = turnAt(thread)
  store(control, at, 1)
  notify(control, at, 1)
}

/** Waits for the own turn; false when it did not come for `timeoutMs`. */
export function takeTurn(control: Control, thread: number, timeoutMs = Infinity): boolean {
  const at = turnAt(thread)
  for (let looks = 0; looks < LOOKS; looks++) if (load(control, at) !== 0) return taken(control, at)
  while (load(control, at) === 0) if (wait(control, at, 0, timeoutMs) === 'timed-out') return false
  return taken(control, at)
}

function taken(control: Control, at: number): true {
  store(control, at, 0)
  return true
}
