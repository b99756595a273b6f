// What `open` can be told, with its defaults and checks.
import { ParperosError, type FrameAllocatorConfig, type FullFrameAllocator, type Memory } from '@parperos/alloc-api'
import * as L from './layout.ts'
import { persistNumber, type PersistPolicy } from './persistence.ts'
import { checkPolicy, smallAndHuge, type ClassPolicy } from './policy.ts'

export interface LLFreeConfig extends FrameAllocatorConfig {
  /** Which classes there are and how they share memory. Default: small and huge blocks apart. */
  policy?: ClassPolicy
  /** When changes are made durable, for memories over files. Default `'none'`. */
  persist?: PersistPolicy
  /** Huge frames per tree, what one worker reserves at a time: a power of two, 2 … 64. Default 8 (16 MiB). */
  treeHugeFrames?: number
}

/** An attached worker of an allocator. */
export type LLFreeInstance = FullFrameAllocator

/** A configuration with nothing left open. */
export interface CompleteConfig {
  frames: number
  slots: number
  treeShift: number
  initial: 'free' | 'allocated' | 'recover'
  /** The persist policy's number in the header. */
  persist: number
  name: string
  policy: ClassPolicy
}

export const MAX_SLOTS = 1024

/** Fills in defaults; throws `BAD_OPTION` or `BAD_NAME` saying what was expected. */
export function complete(config: LLFreeConfig): CompleteConfig {
  const { frames, slots = 1, initial = 'free', name = 'llfree', persist = 'none' } = config
  const { policy = smallAndHuge, treeHugeFrames = 8 } = config
  requireMemory(config.memory)
  wholeNumber('frames', frames, 1, L.maxFrames)
  wholeNumber('slots', slots, 1, MAX_SLOTS)
  const treeShift = typeof treeHugeFrames === 'number' ? Math.log2(treeHugeFrames) : NaN
  if (!Number.isInteger(treeShift) || treeShift < L.minTreeShift || treeShift > L.maxTreeShift) {
    throw new ParperosError('BAD_OPTION', `treeHugeFrames is a power of two from 2 to 64, got ${treeHugeFrames}`)
  }
  switch (initial) {
    case 'free':
    case 'allocated':
    case 'recover':
      break
    default:
      throw new ParperosError('BAD_OPTION', `initial is 'free', 'allocated' or 'recover', got ${JSON.stringify(initial)}`)
  }
  if (typeof name !== 'string' || name === '') {
    throw new ParperosError('BAD_NAME', `a name is a string that is not empty, got ${JSON.stringify(name)}`)
  }
  checkPolicy(policy)
  return { frames, slots, treeShift, initial, persist: persistNumber(persist), name, policy }
}

/** Throws `BAD_OPTION` for what is no memory: JavaScript hands in whatever it likes. */
export function requireMemory(memory: Memory): void {
  if (typeof (memory as Partial<Memory> | undefined)?.region === 'function') return
  throw new ParperosError('BAD_OPTION', 'memory is a memory that createMemory made')
}

function wholeNumber(name: string, value: number, least: number, most: number): void {
  if (Number.isInteger(value) && value >= least && value <= most) return
  throw new ParperosError('BAD_OPTION', `${name} is a whole number from ${least} to ${most}, got ${String(value)}`)
}
