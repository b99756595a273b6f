// Two areas on one pool and one allocator: they share the frames, and nothing else.
import { FRAME_BYTES } from '../../frame-allocator.ts'
import { expectEqual } from '../expect.ts'
import { PagePool } from './pool.ts'
import type { PagePart, World } from './subject.ts'
import { run, type PageWitness } from './witness.ts'

const shape = { pages: 900, poolFrames: 700, slots: 2, fileBytes: 30 * FRAME_BYTES }

export const sharing: PagePart = (rig) => {
  const check = (name: string, body: (one: PageWitness, two: PageWitness, world: World) => void | Promise<void>) =>
    rig.inWorldCheck(
      name,
      shape,
      async (world) => {
        const pool = new PagePool(world.frames)
        const one = await rig.witness(world, pool, { ...shape, name: 'one' })
        const { fileBytes: _, ...bare } = shape
        const two = await rig.witness({ ...world, file: null }, pool, { ...bare, name: 'two' })
        await body(one, two, world)
        one.agree()
        two.agree()
        if (world.file) one.agreeAboutFile(await world.file.read())
        one.area.close()
        two.area.close()
      },
      2,
    )

  return [
    check('two areas on one pool have the same page numbers for different pages', (one, two) => {
      one.alloc([run(0, 20)])
      two.alloc([run(0, 30)])
      one.readSync([run(25, 10)])
      one.agree()
      two.agree()
      one.free([run(0, 10)])
      two.allocZeros([run(40, 5)])
      two.free([run(0), run(39)])
    }),

    check('two areas on one pool never have the same frame', (one, two) => {
      for (let round = 0; round < 20; round++) {
        one.alloc([run(20 * round, 17)])
        two.alloc([run(20 * round, 13)])
        one.free([run(20 * round, 9)])
        two.free([run(20 * round + 3, 10)])
      }
      one.agree()
      two.agree()
    }),

    check('the frames that one area has trimmed can be had by the other, to the last', (one, two) => {
      for (let round = 0; round < 3; round++) {
        for (const [from, to] of [[one, two], [two, one]]) {
          from.alloc([run(round, 600)])
          from.free([run(round, 600)])
          from.area.trim()
          to.area.trim()
          const { left } = to.pool
          const [{ done }] = to.alloc([run(10, 880)])
          expectEqual(done, left, 'pages that got a frame')
          to.free([run(10, 880)])
          to.area.trim()
        }
      }
    }),

    check('closing one area leaves the other as it is', async (one, two, world) => {
      one.alloc([run(0, 100)])
      two.alloc([run(50, 100)])
      const worker = two.through(await rig.join(world, two.area.handle, 1))
      worker.alloc([run(200, 50)])
      worker.area.close()
      one.agree()
      two.agree()
    }),
  ]
}
