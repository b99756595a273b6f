// Using damaged words without recovering them. Attaching refuses a damaged header with a code, or the header is one that
// could have been written. Operations on damaged counters, reservations and bits come to an end, and what they cannot do
// they refuse with a code; they write nothing outside of what is theirs. Nobody promises that what they hand out is free.
import { ParperosError, type BackendKind, type ErrorCode } from '@parperos/alloc-api'
import { LLFree, type LLFreeInstance } from '../../../src/index.ts'
import * as L from '../../../src/layout.ts'
import { backends } from '../backends.ts'
import type { Subject } from './subjects.ts'
import type { Trial } from './trial.ts'

/** The code that attaching was refused with, or the worker. */
export async function attachDamaged({ subject }: Trial, kind: BackendKind): Promise<ErrorCode | LLFreeInstance> {
  const { memory, options } = subject
  try {
    return await LLFree.attach({ backend: backends[kind], memory, name: options.name, slot: 0, takeOver: true })
  } catch (error) {
    return codeOf(error)
  }
}

/** Does what a worker can do, `steps` times; the codes that came of it. */
export function useDamaged(allocator: LLFreeInstance, { random, blocks }: Trial, steps: number): ErrorCode[] {
  const codes = new Set<ErrorCode>()
  const { frames } = allocator
  const held = [...blocks]
  const pick = (): { frame: number; order: number } =>
    held.splice(random.below(held.length), 1)[0] ?? { frame: random.below(frames), order: 0 }
  const calls: (() => unknown)[] = [
    () => allocator.get(random.below(11)),
    () => allocator.get(0),
    () => allocator.getBatch(random.below(4), new Uint32Array(1 + random.below(40))),
    () => {
      const order = random.below(11)
      const frame = random.below(Math.max(1, frames >> order)) << order
      return frame + 2 ** order <= frames && allocator.getAt(frame, order)
    },
    () => {
      const { frame, order } = pick()
      allocator.put(frame, order)
    },
    () => {
      const { frame, order } = pick()
      allocator.putBatch(order, Uint32Array.of(frame))
    },
    () => allocator.drain(),
    () => allocator.stats(),
    () => allocator.quickStats(),
    () => allocator.statsAt(random.below(frames), 0),
    () => allocator.validate(),
  ]
  for (let step = 0; step < steps; step++) {
    try {
      calls[random.weighted([4, 4, 3, 3, 6, 3, 1, 1, 1, 1, 1])]()
    } catch (error) {
      codes.add(codeOf(error))
    }
  }
  return [...codes]
}

/** The words that operations on an allocator have to leave alone: its header, what is behind it, all other allocators. */
export function foreignWords(subjects: readonly Subject[], { words, shape }: Subject): Int32Array[] {
  const others = subjects.filter((other) => other.words !== words).map((other) => other.words)
  return [words.slice(0, L.headerWords), words.slice(shape.wordsTotal), ...others.map((other) => other.slice())]
}

/** Anything but a coded error is a failure of the test. */
function codeOf(error: unknown): ErrorCode {
  if (error instanceof ParperosError) return error.code
  throw error
}
