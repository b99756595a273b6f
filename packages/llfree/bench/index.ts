// Benchmark loops inside the C core: `insideCore` attaches to an allocator as any worker does, and then runs alloc-api's
// loops (csrc/bench_loops.h) on it, as WebAssembly or as native code.
import { openInsideCore, type OpenInsideCore } from '@parperos/alloc-api/driver/bench'
import { checkedHandle } from '../src/header.ts'
import { layout } from '../src/constants.ts'

/**
 * Goes inside a core as the owner of `slot`, with a list of `capacity` blocks. Throws what `attach` throws, `BAD_OPTION`
 * for a bad capacity, and `TOO_SMALL` when the memory has no room for the list.
 */
export const insideCore: OpenInsideCore = async (kind, handle, slot, capacity) => {
  const { region, stacks, words, geometry } = checkedHandle(handle)
  const { ownersAt, slots } = geometry
  return await openInsideCore({
    kind,
    name: 'llfree-bench',
    base: import.meta.url,
    layoutHash: layout.hash,
    region,
    stacks,
    words,
    ownersAt,
    slots,
    slot,
    capacity,
    numbers: [slot, 0],
  })
}
