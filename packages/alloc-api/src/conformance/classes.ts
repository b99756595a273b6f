// Classes keep blocks apart while there is room, and never keep memory from anybody; or there are none.
import { expectEqual, expectThrows } from './expect.ts'
import { orders, type Area } from './subject.ts'

const frames = 4 * 1024 + 3

export const classes: Area = (rig) => (rig.backend.supports.classes ? supported(rig) : unsupported(rig))

const unsupported: Area = (rig) => [
  rig.check('without classes an operation that names one is refused', { frames }, ({ allocator }) => {
    const some = new Uint32Array(1)
    expectThrows('UNSUPPORTED', () => allocator.get(0, 0), 'get(0, 0)')
    expectThrows('UNSUPPORTED', () => allocator.tryGet(9, 1), 'tryGet(9, 1)')
    expectThrows('UNSUPPORTED', () => allocator.getBatch(0, some, 0), 'getBatch(0, …, 0)')
  }),
]

const supported: Area = (rig) => [
  rig.check('classes have names, each another', { frames }, ({ allocator }) => {
    const names: readonly unknown[] = allocator.classes
    expectEqual(names.length > 0, true, 'whether there is a class')
    expectEqual(
      names.every((name) => typeof name === 'string' && name !== ''),
      true,
      'whether every class has a name',
    )
    expectEqual(new Set(names).size, names.length, 'different names')
  }),

  rig.check('every class can have blocks of every order', { frames, slots: 2 }, (witness) => {
    witness.allocator.classes.forEach((_, frameClass) => {
      for (const order of orders) {
        const frame = witness.tryGet(order, frameClass)
        expectEqual(frame >= 0, true, `whether tryGet(${order}, ${frameClass}) found a block`)
        witness.put(frame, order)
        const [one] = witness.getBatch(order, 1, frameClass)
        witness.put(one, order)
      }
    })
  }),

  ...[0, 3, 9, 10].map((order) =>
    rig.check(
      `every class can have all the memory in blocks of order ${order}, after another had it`,
      { frames },
      (witness) => {
        for (const frameClass of [...witness.allocator.classes.keys(), 0]) {
          const blocks = witness.fill(order, frameClass)
          expectEqual(blocks.length, Math.floor(frames / 2 ** order), `blocks of class ${frameClass}`)
          witness.agreeInSum()
          for (const block of blocks) witness.put(block, order)
        }
      },
    ),
  ),

  rig.check('blocks of all classes side by side use up all frames', { frames }, (witness) => {
    const { length } = witness.allocator.classes
    const taken = Array.from({ length: frames }, (_, i) => witness.tryGet(0, i % length))
    expectEqual(taken.filter((frame) => frame < 0).length, 0, 'refusals')
    expectEqual(witness.tryGet(0), -1, 'tryGet afterwards')
  }),

  rig.check('classes that do not exist are refused', { frames }, (witness) => {
    const { allocator } = witness
    for (const frameClass of [allocator.classes.length, allocator.classes.length + 1, -2, 0.5, NaN, 2 ** 31, 2 ** 32]) {
      expectThrows('BAD_CLASS', () => allocator.get(0, frameClass), `get(0, ${frameClass})`)
      expectThrows('BAD_CLASS', () => allocator.tryGet(9, frameClass), `tryGet(9, ${frameClass})`)
      const batch = () => allocator.getBatch(0, new Uint32Array(4), frameClass)
      expectThrows('BAD_CLASS', batch, `getBatch(0, …, ${frameClass})`)
      if (!allocator.supports.placement) continue
      expectThrows('BAD_CLASS', () => allocator.getAt(0, 0, frameClass), `getAt(0, 0, ${frameClass})`)
    }
    witness.agree()
  }),
]
