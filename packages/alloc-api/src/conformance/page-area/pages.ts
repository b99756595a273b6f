// Pages get frames and lose them: each its own, none twice, none lost, as many as the pool has.
import { expectEqual, expectWithin } from '../expect.ts'
import { Random } from '../random.ts'
import type { PagePart } from './subject.ts'
import { run } from './witness.ts'

const small = { pages: 100, poolFrames: 40 }

export const pages: PagePart = (rig) => [
  rig.check('pages get frames of their own, and lose them', small, (witness) => {
    witness.alloc([run(3, 4), run(50)])
    witness.agree()
    witness.free([run(4, 2)])
    witness.agree()
    witness.alloc([run(5), run(0, 3)])
    witness.agree()
    witness.free([run(0, 4), run(5, 2), run(50)])
    witness.agree()
  }),

  rig.check('a page that has a frame cannot get another, and keeps its bytes', small, (witness) => {
    witness.alloc([run(7, 3)])
    witness.alloc([run(8)])
    witness.allocZeros([run(9), run(7, 3)])
    witness.agree()
  }),

  rig.check('a page cannot be freed twice, nor one that never had a frame', small, (witness) => {
    witness.alloc([run(7, 3)])
    witness.free([run(8)])
    witness.free([run(8), run(50), run(99)])
    witness.agree()
    witness.free([run(7), run(9)])
    witness.free([run(7), run(9)])
    witness.agree()
  }),

  rig.check('a run stops at the page that is in its way, and says how far it came', small, (witness) => {
    witness.alloc([run(10), run(20)])
    witness.alloc([run(5, 10), run(15, 10)])
    witness.agree()
    witness.free([run(5, 20)])
    witness.agree()
    witness.free([run(11, 20)])
    witness.agree()
  }),

  ...[1, 2, 5, 39, 40, 63, 64, 65, 513].map((poolFrames) =>
    rig.check(
      `a pool of ${poolFrames + 3} frames has a frame for so many pages, and no more`,
      { pages: 600, poolFrames: poolFrames + 3 },
      (witness) => {
        const { room } = witness.pool
        expectWithin(room, 1, poolFrames + 3, 'frames that can be pages')
        for (let round = 0; round < 3; round++) {
          const [result] = witness.alloc([run(20, 560)])
          expectEqual(result.done, room, 'pages of a pool')
          witness.alloc([run(0), run(590), run(5, 3)])
          witness.agree()
          witness.free([run(20, 560)])
          witness.agree()
        }
      },
    ),
  ),

  rig.check(
    'the pool is exhausted in the middle of a batch: what was done stays, the rest says so',
    small,
    (witness) => {
      const { room } = witness.pool
      witness.alloc([run(0, room - 2), run(50, 5), run(60), run(100), run(70, 2), run(0)])
      witness.agree()
      witness.free([run(1, 3)])
      witness.alloc([run(80, 2), run(90, 2), run(85)])
      witness.agree()
    },
  ),

  rig.check('a page that is freed makes room for one other', small, (witness) => {
    const { room } = witness.pool
    witness.alloc([run(0, room)])
    const random = new Random(1)
    for (let round = 0; round < 50; round++) {
      const [page] = random.shuffle([...witness.oracle.resident.keys()])
      witness.free([run(page)])
      const free = Array.from({ length: small.pages }, (_, i) => i).filter((one) => !witness.oracle.resident.has(one))
      const [next] = random.shuffle(free)
      witness.alloc([run(next)])
      witness.agreeInSum()
    }
  }),

  rig.check('a thousand batches lose no frame', small, (witness) => {
    for (let round = 0; round < 1000; round++) {
      witness.area.io.alloc([run(round % 60, 30)])
      witness.area.io.free([run(round % 60, 30)])
    }
    witness.agree()
    witness.alloc([run(0, witness.pool.room)])
  }),

  rig.check('frames that others have used are full of zeros when that is asked for', small, (witness) => {
    const { room } = witness.pool
    for (let round = 0; round < 3; round++) {
      witness.alloc([run(round, room)])
      witness.free([run(round, room)])
      witness.allocZeros([run(20, room - 10), run(80, 5), run(10, 5)])
      witness.agree()
      witness.free([run(20, room - 10), run(80, 5), run(10, 5)])
    }
  }),

  rig.check(
    'one batch can have more pages than any bundle has frames',
    { pages: 5000, poolFrames: 3000 },
    (witness) => {
      witness.alloc([run(1000, 1500), run(10, 1300)])
      witness.agree()
      witness.free([run(1200, 1300), run(10, 1300), run(1000, 200)])
      witness.agree()
      witness.allocZeros([run(2000, witness.pool.room)])
      witness.agree()
    },
  ),

  rig.check('the last pages of a large area are pages like others', { pages: 300_001, poolFrames: 40 }, (witness) => {
    witness.alloc([run(300_000), run(299_990, 10)])
    witness.agree()
    witness.alloc([run(299_980, 22), run(300_001), run(300_001, 0), run(0), run(300_000, 2)])
    witness.agree()
    witness.free([run(299_990, 11), run(300_000), run(300_000, 2)])
    witness.agree()
  }),

  rig.check(
    'trim gives the frames that lie ready back to the allocator',
    { pages: 2000, poolFrames: 1600 },
    (witness) => {
      witness.alloc([run(0, 1500)])
      witness.free([run(100, 1400)])
      witness.area.trim()
      expectEqual(witness.area.stats().bundled, 0, 'bundled frames after trim')
      witness.agree()
      witness.area.trim()
      witness.alloc([run(50, 1300)])
      witness.alloc([run(100, 1300)])
      witness.agree()
    },
  ),

  rig.check('what is no page is not resident', small, (witness) => {
    witness.alloc([run(0), run(99)])
    for (const page of [100, 2 ** 31, 2 ** 32 - 1, 2 ** 32, -1, 0.5, NaN]) {
      expectEqual(witness.area.isResident(page), false, `isResident(${page})`)
    }
  }),
]
