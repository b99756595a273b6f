// Benchmark loops inside the C core: `insideCore` attaches to an allocator as any worker does, and then runs alloc-api's
// loops (csrc/bench_loops.h) on it, as WebAssembly or as native code.
import { openInsideCore, type OpenInsideCore } from '@parperos/alloc-api/driver/bench'
import { structureOf } from '../src/header.ts'
import { layout, partsOf } from '../src/layout.ts'
import { threadMaySleep } from '../src/thread.ts'

/**
 * Goes inside a core as the owner of `slot`, with a list of `capacity` blocks. Throws what `attach` throws, `BAD_OPTION`
 * for a bad capacity, and `TOO_SMALL` when the memory has no room for the list.
 */
export const insideCore: OpenInsideCore = async (kind, handle, slot, capacity) => {
  const { region, stacks, words, frames, slots } = structureOf(handle)
  const { owners: ownersAt } = partsOf(frames, slots)
  return await openInsideCore({
    kind,
    name: 'buddy-bench',
    base: import.meta.url,
    layoutHash: layout.hash,
    region,
    stacks,
    words,
    ownersAt,
    slots,
    slot,
    capacity,
    numbers: [frames, Number(threadMaySleep(words))],
  })
}
