// Misuse: each is refused by its code, and afterwards everything is as it was.
import { expectThrows } from './expect.ts'
import { orders, type Area } from './subject.ts'
import type { Witness } from './witness.ts'

/** More blocks of the highest order than any check here holds blocks, wherever they may lie. */
const frames = 10 * 1024 + 5

const badOrders = [-1, 11, 12, 31, 32, 255, 0.5, 9.5, NaN, Infinity, -Infinity, 2 ** 31, 2 ** 32, -(2 ** 31)]
const badFrames = [
  -1,
  frames,
  frames + 1,
  0.5,
  NaN,
  Infinity,
  2 ** 30,
  2 ** 31 - 1,
  2 ** 31,
  2 ** 32,
  -(2 ** 31),
  2 ** 53,
]

/** Something of everything: blocks of several orders, half of them given back. */
function inUse(witness: Witness): void {
  const blocks = [0, 9, 3, 0, 10, 6, 3, 9].map((order) => ({ order, frame: witness.get(order) }))
  for (const { order, frame } of blocks.slice(0, 4)) witness.put(frame, order)
}

export const misuse: Area = (rig) => [
  rig.check('orders that do not exist are refused by every operation', { frames }, (witness) => {
    inUse(witness)
    const { allocator } = witness
    const some = Uint32Array.of(0)
    for (const order of badOrders) {
      expectThrows('BAD_ORDER', () => allocator.get(order), `get(${order})`)
      expectThrows('BAD_ORDER', () => allocator.tryGet(order), `tryGet(${order})`)
      expectThrows('BAD_ORDER', () => allocator.getBatch(order, some), `getBatch(${order})`)
      expectThrows('BAD_ORDER', () => allocator.put(0, order), `put(0, ${order})`)
      expectThrows('BAD_ORDER', () => allocator.putBatch(order, some), `putBatch(${order})`)
      expectThrows('BAD_ORDER', () => allocator.statsAt(0, order), `statsAt(0, ${order})`)
      if (!allocator.supports.placement) continue
      expectThrows('BAD_ORDER', () => allocator.getAt(0, order), `getAt(0, ${order})`)
    }
  }),

  rig.check('frames that do not exist are refused by every operation', { frames }, (witness) => {
    inUse(witness)
    const { allocator } = witness
    for (const frame of badFrames) {
      expectThrows('BAD_FRAME', () => allocator.put(frame, 0), `put(${frame}, 0)`)
      expectThrows('BAD_FRAME', () => allocator.statsAt(frame, 0), `statsAt(${frame}, 0)`)
      if (!allocator.supports.placement) continue
      expectThrows('BAD_FRAME', () => allocator.getAt(frame, 0), `getAt(${frame}, 0)`)
    }
    for (const frame of [frames, 2 ** 30, 2 ** 31, 2 ** 32 - 1]) {
      expectThrows('BAD_FRAME', () => allocator.putBatch(0, Uint32Array.of(frame)), `putBatch(0, [${frame}])`)
    }
    for (const order of orders) {
      expectThrows('BAD_FRAME', () => allocator.put(-(2 ** order), order), `put(${-(2 ** order)}, ${order})`)
    }
  }),

  ...orders.slice(1).map((order) =>
    rig.check(`frames that are no multiple of ${2 ** order} are refused for order ${order}`, { frames }, (witness) => {
      inUse(witness)
      const { allocator } = witness
      for (const frame of [1, 2 ** (order - 1), 2 ** order + 2 ** (order - 1)]) {
        expectThrows('UNALIGNED', () => allocator.put(frame, order), `put(${frame}, ${order})`)
        expectThrows('UNALIGNED', () => allocator.putBatch(order, Uint32Array.of(frame)), `putBatch of ${frame}`)
        expectThrows('UNALIGNED', () => allocator.statsAt(frame, order), `statsAt(${frame}, ${order})`)
        if (!allocator.supports.placement) continue
        expectThrows('UNALIGNED', () => allocator.getAt(frame, order), `getAt(${frame}, ${order})`)
      }
    }),
  ),

  ...orders.map((order) =>
    rig.check(`a block of order ${order} cannot be given back twice`, { frames }, (witness) => {
      inUse(witness)
      const block = witness.get(order)
      witness.put(block, order)
      witness.agree()
      expectThrows('NOT_ALLOCATED', () => witness.allocator.put(block, order), 'the second put')
      witness.agree()
      // The same with nothing else free around it, and with everything free.
      witness.fillAll()
      witness.put(block, order)
      expectThrows('NOT_ALLOCATED', () => witness.allocator.put(block, order), 'the second put in a full allocator')
    }),
  ),

  rig.check('what was never handed out cannot be given back', { frames }, (witness) => {
    for (const order of orders) {
      const last = (Math.floor(frames / 2 ** order) - 1) * 2 ** order
      expectThrows('NOT_ALLOCATED', () => witness.allocator.put(0, order), `put(0, ${order})`)
      expectThrows('NOT_ALLOCATED', () => witness.allocator.put(last, order), `put(${last}, ${order})`)
    }
  }),

  ...orders.slice(1).map((order) =>
    rig.check(`a block of order ${order} of which one frame is free cannot be given back`, { frames }, (witness) => {
      const block = witness.get(order)
      const size = 2 ** order
      witness.fill(0)
      for (const frame of new Set([block, block + size - 1, block + size / 2, block + Math.floor(size / 3)])) {
        witness.put(frame, 0)
        expectThrows('NOT_ALLOCATED', () => witness.allocator.put(block, order), `put when frame ${frame} is free`)
        witness.agree()
        expectThrows('NOT_ALLOCATED', () => witness.allocator.put(frame, 0), `put of free frame ${frame}`)
        witness.agree()
        witness.get(0)
      }
      witness.put(block, order)
    }),
  ),

  rig.check('a free part of a block cannot be given back again', { frames }, (witness) => {
    for (const order of [3, 6, 9, 10]) {
      const block = witness.get(order)
      witness.put(block, order - 1)
      for (let part = 0; part < order; part++) {
        expectThrows('NOT_ALLOCATED', () => witness.allocator.put(block, part), `put(${block}, ${part})`)
      }
      witness.agree()
      witness.put(block + 2 ** (order - 1), order - 1)
    }
  }),
]
