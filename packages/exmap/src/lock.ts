// The lock of an interface: its owner has it while a batch is in flight, and another worker for the moment in which it takes
// the idle frames (sab/gather.ts). The owner waits for that one; nobody waits for a batch.
import { compareExchange, load, store, type Words } from '#atomics'
import * as L from './layout.ts'

/** 0: it is the owner's now. Else who has it: `lockOwner`, or a worker that takes idle frames and does not come to its end. */
export function lockInterface(words: Words, at: number, spins = L.maxSpins): number {
  for (let spin = 0; ; spin++) {
    const held = compareExchange(words, at, 0, L.lockOwner)
    if (held >= 0 || spin >= spins) return held
    // Waiting reads; what is being waited for takes microseconds.
    while (spin < spins && load(words, at) === held) spin++
  }
}

/**
 * For whoever takes over: the lock as the former holder left it is as good as an own one. 0, or the worker that takes idle
 * frames and does not come to its end.
 */
export function lockAfter(words: Words, at: number): number {
  const held = lockInterface(words, at)
  return held === L.lockOwner ? 0 : held
}

export const unlockInterface = (words: Words, at: number): void => store(words, at, 0)
