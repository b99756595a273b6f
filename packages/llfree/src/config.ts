// What `open` can be told, with its defaults and checks.
import { ParperosError, type FrameAllocatorConfig, type FullFrameAllocator } from '@parperos/alloc-api'
import { requireMemory, requireName, requireWholeNumber } from '@parperos/alloc-api/driver'
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
  requireWholeNumber('frames', frames, 1, L.maxFrames)
  requireWholeNumber('slots', slots, 1, MAX_SLOTS)
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
  requireName(name)
  checkPolicy(policy)
  return { frames, slots, treeShift, initial, persist: persistNumber(persist), name, policy }
}
