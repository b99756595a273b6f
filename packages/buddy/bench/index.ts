// Benchmark loops inside the C core: `insideCore` attaches to an allocator as any worker does, and then runs alloc-api's
// loops (csrc/bench_loops.h) on it, as WebAssembly or as native code.
import type { OpenInsideCore } from '@parperos/alloc-api/driver/bench'
import { openInsideCore } from '@parperos/alloc-api/driver/bench'
import { claimSlot, releaseSlot } from '@parperos/alloc-api/driver'
import { structureOf } from '../src/header.ts'
import { layout, partsOf } from '../src/layout.ts'
import { threadMaySleep } from '../src/thread.ts'

/**
 * Goes inside a core as the owner of `slot`, with a list of `capacity` blocks. Throws what `attach` throws, `BAD_OPTION`
 * for a bad capacity, and `TOO_SMALL` when the memory has no room for the list.
 */
export const insideCore: OpenInsideCore = async (kind, handle, slot, capacity) => {
  const { region, stacks, words, frames, slots } = structureOf(handle)
  const { owners } = partsOf(frames, slots)
  claimSlot(words, owners, slots, slot)
  const release = (): void => releaseSlot(words, owners, slot)
  try {
    return await openInsideCore({
      kind,
      name: 'buddy-bench',
      base: import.meta.url,
      layoutHash: layout.hash,
      region,
      stacks,
      slot,
      capacity,
      numbers: [frames, Number(threadMaySleep(words))],
      release,
    })
  } catch (error) {
    release()
    throw error
  }
}
