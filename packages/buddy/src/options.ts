// What `open` accepts, with everything said: JavaScript hands in whatever it likes, so each option is checked.
import { ParperosError, type FrameAllocatorConfig } from '@parperos/alloc-api'
import { requireMemory, requireName, requireWholeNumber } from '@parperos/alloc-api/driver'
import { layout } from './layout.ts'

const { maxFrames, maxSlots } = layout.values

/** The options of an allocator that is to be made, complete and in range. */
export interface Options {
  readonly frames: number
  readonly slots: number
  readonly initial: 'free' | 'allocated'
  readonly name: string
}

/** Throws `BAD_OPTION`, `BAD_NAME`, or `UNSUPPORTED` for `initial: 'recover'`. */
export function optionsOf({ memory, frames, slots = 1, initial = 'free', name = 'buddy' }: FrameAllocatorConfig): Options {
  requireMemory(memory)
  requireWholeNumber('frames', frames, 1, maxFrames)
  requireWholeNumber('slots', slots, 1, maxSlots)
  if (initial === 'recover') {
    throw new ParperosError('UNSUPPORTED', 'a buddy allocator cannot recover what a crash left', {
      hint: 'look at supports.recovery first',
    })
  }
  if (!['free', 'allocated'].includes(initial)) {
    throw new ParperosError('BAD_OPTION', `initial is 'free' or 'allocated', got ${JSON.stringify(initial)}`)
  }
  requireName(name)
  return { frames, slots, initial, name }
}
