// What `open` accepts, with everything said: JavaScript hands in whatever it likes, so each option is checked.
import { ParperosError, type FrameAllocatorConfig, type Memory } from '@parperos/alloc-api'
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
  inRange('frames', frames, maxFrames)
  inRange('slots', slots, maxSlots)
  if (initial === 'recover') {
    throw new ParperosError('UNSUPPORTED', 'a buddy allocator cannot recover what a crash left', {
      hint: 'look at supports.recovery first',
    })
  }
  if (!['free', 'allocated'].includes(initial)) {
    throw new ParperosError('BAD_OPTION', `initial is 'free' or 'allocated', got ${JSON.stringify(initial)}`)
  }
  if (typeof name !== 'string' || name === '') {
    throw new ParperosError('BAD_NAME', `a name is a string that is not empty, got ${JSON.stringify(name)}`)
  }
  return { frames, slots, initial, name }
}

/** Throws `BAD_OPTION` for what is no memory. */
export function requireMemory(memory: Memory): void {
  if (typeof (memory as Partial<Memory> | undefined)?.region === 'function') return
  throw new ParperosError('BAD_OPTION', 'memory is a memory that createMemory made')
}

function inRange(option: string, value: number, most: number): void {
  if (Number.isInteger(value) && value >= 1 && value <= most) return
  throw new ParperosError('BAD_OPTION', `${option} is a whole number from 1 to ${most}, got ${String(value)}`)
}
