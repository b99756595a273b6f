// The lock: one word, drawn in layout.ts. Taking and releasing it are one atomic operation each while nobody waits. Who
// finds it held looks again a few times, then marks it as awaited and sleeps until the word changes; whoever releases an
// awaited lock wakes one sleeper. Sleeps are short, since a worker of another kind (JavaScript and WebAssembly sleep in
// the engine, native code in the kernel) releases without waking us; and a word that stays the same over ten seconds of
// sleeps belongs to a worker that died inside: waiting then ends with ABANDONED.
import { compareExchange, exchange, load, notify, wait, type Words } from '#atomics'
import { layout } from '../layout.ts'
import type { Buddy } from './parts.ts'

const { lockWord, lockFree, lockHeld, lockAwaited, lockStateMask, lockRelease } = layout.values
const { lockSpins, lockSleepNs, lockLooksPerRound, lockRounds } = layout.values

/** What `acquire` returns instead of a ticket. */
export const ABANDONED = -1

/** Takes the lock; the ticket that it returns is what `release` puts back. */
export function acquire(buddy: Buddy): number {
  const { words } = buddy
  const seen = words[lockWord]
  const free = (seen & lockStateMask) === lockFree
  if (free && compareExchange(words, lockWord, seen, seen | lockHeld) === seen) return ticket(seen)
  return acquireHeld(buddy)
}

/** Gives the lock back and wakes one sleeper when there may be any. */
export function release({ words }: Buddy, given: number): void {
  const state = exchange(words, lockWord, given) & lockStateMask
  if (state === lockAwaited) notify(words, lockWord, 1)
}

/** The free word after the release that ends the hold which `seen` begins. */
const ticket = (seen: number): number => ((seen & ~lockStateMask) + lockRelease) | 0

function acquireHeld({ words, maySleep }: Buddy): number {
  for (let spin = 0; spin < lockSpins; spin++) {
    const seen = load(words, lockWord)
    const free = (seen & lockStateMask) === lockFree
    if (free && compareExchange(words, lockWord, seen, seen | lockHeld) === seen) return ticket(seen)
  }
  let rounds = 0
  let before = load(words, lockWord)
  while (rounds < lockRounds) {
    const seen = load(words, lockWord)
    // Others may sleep beside us: a lock taken from here on is marked as awaited, so that its release wakes the next.
    const awaited = (seen & ~lockStateMask) | lockAwaited
    if ((seen & lockStateMask) === lockFree) {
      if (compareExchange(words, lockWord, seen, awaited) === seen) return ticket(seen)
    } else if (seen === awaited || compareExchange(words, lockWord, seen, awaited) === seen) {
      rounds = awaited === before ? rounds + 1 : 0
      before = awaited
      pause(words, awaited, maySleep)
    }
  }
  return ABANDONED
}

/** Lets time pass while the word stays the same. */
function pause(words: Words, seen: number, maySleep: boolean): void {
  if (maySleep) wait(words, lockWord, seen, lockSleepNs / 1e6)
  else for (let look = 0; look < lockLooksPerRound && load(words, lockWord) === seen; look++);
}
