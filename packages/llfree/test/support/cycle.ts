// The work of the test that memory never seems to have run out: takes one block and gives it back, over and over. With
// as many blocks in the allocator as there are workers, one is free whenever a worker asks.
import type { FullFrameAllocator } from '@parperos/alloc-api'

export interface CycleWork {
  type: 'cycle'
  /** The order that each member takes. */
  orders: readonly number[]
  rounds: number
  /** The member that drains all reservations in every round besides. */
  drainer?: number | undefined
}

/** How often there was no block. */
export function cycle(allocator: FullFrameAllocator, work: CycleWork, { member }: { member: number }): number {
  const order = work.orders[member % work.orders.length]
  let refused = 0
  for (let i = 0; i < work.rounds; i++) {
    const frame = allocator.tryGet(order)
    if (frame < 0) refused++
    else allocator.put(frame, order)
    if (work.drainer === member) allocator.drain()
  }
  return refused
}
