// The loops over @thi.ng/malloc, a general-purpose allocator in JavaScript whose state lives in its buffer, like ours.
// It has no orders, one thread, and searches its lists from the front: giving a block back is as fast as the block was
// recent. A block of order n is a malloc of 4096 × 2^n bytes; each has a header of 8 bytes, so none is page-aligned.
import { MemPool } from '@thi.ng/malloc'
import { remembered, type Loops } from './loops.ts'

const FRAME_BYTES = 4096
const HEADER_BYTES = 8

/** Room for exactly `frames` frames as blocks of this order. */
export function mallocLoops(frames: number, order: number, capacity: number): Loops {
  const blockBytes = FRAME_BYTES * 2 ** order
  const blocks = Math.ceil(frames / 2 ** order)
  const pool = new MemPool({ size: (blockBytes + HEADER_BYTES) * blocks + FRAME_BYTES })
  const taken = new Uint32Array(capacity)
  return {
    repeat(_order, pairs) {
      for (let i = 0; i < pairs; i++) {
        const address = pool.malloc(blockBytes)
        if (address === 0 || !pool.free(address)) return i
      }
      return pairs
    },
    bulkGet(_order, count) {
      for (let i = 0; i < count; i++) {
        const address = pool.malloc(blockBytes)
        if (address === 0) return i
        taken[i] = address
      }
      return count
    },
    bulkPut(_order, count) {
      for (let i = 0; i < count; i++) if (!pool.free(taken[i])) return i
      return count
    },
    ...remembered(taken),
    close: () => pool.release(),
  }
}
