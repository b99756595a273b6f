// Opening what a crash left: the Region of that name is made consistent again; or this is refused.
import { expectEqual, expectRejects } from './expect.ts'
import type { Area } from './subject.ts'

/** More blocks of the highest order than are held here, wherever they may lie. */
const frames = 8 * 1024 + 77

export const recovery: Area = (rig) => (rig.backend.supports.recovery ? supported(rig) : unsupported(rig))

const unsupported: Area = (rig) => [
  rig.check(
    "without recovery opening with initial 'recover' is refused",
    { frames, name: 'left' },
    async (_, memory) => {
      const names = memory.names()
      for (const name of ['left', 'new']) {
        const open = () => rig.open(memory, { frames, name, initial: 'recover' })
        await expectRejects('UNSUPPORTED', open, `open of Region ${name}`)
      }
      expectEqual(memory.names(), names, 'the Regions')
    },
  ),
]

const supported: Area = (rig) => [
  rig.check(
    "initial 'recover' finds the frames as a worker that vanished left them",
    { frames, name: 'left' },
    async (witness, memory) => {
      const blocks = [0, 9, 3, 0, 10, 6].map((order) => ({ order, frame: witness.get(order) }))
      const recovered = witness.through(await rig.open(memory, { frames, name: 'left', initial: 'recover' }))
      recovered.agree()
      for (const { frame, order } of blocks) recovered.put(frame, order)
      expectEqual(recovered.fill(0).length, frames, 'frames of order 0')
      recovered.agree()
    },
  ),
]
