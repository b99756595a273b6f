// The header and the two Regions of an allocator, the same for all backends: carved and written once by whoever opens,
// checked by everyone who attaches. The magic number is written last, so that nobody attaches to what is not there yet.
import { ParperosError, type FrameAllocatorHandle, type Memory, type Region } from '@parperos/alloc-api'
import { carveRegions, regionsIn, regionsOf, STACK_BYTES } from '@parperos/alloc-api/driver'
import { load, store, type Words } from '#atomics'
import { layout, partsOf } from './layout.ts'
import type { Options } from './options.ts'

export const COMPONENT = 'buddy'

const { magic, version, maxFrames, maxSlots, partsWord } = layout.values
const { magicWord, versionWord, framesWord, slotsWord, sizeWord } = layout.values

/** An allocator whose header is right. */
export interface Structure {
  readonly region: Region
  /** Where the stacks of WebAssembly instances are. */
  readonly stacks: Region
  readonly words: Words
  readonly frames: number
  readonly slots: number
}

/** Carves the Regions and writes everything of the header but the magic number. Throws `TOO_SMALL` or `BAD_NAME`. */
export function carve(memory: Memory, { frames, slots, name }: Options): Structure {
  const { size } = partsOf(frames, slots)
  const { region, stacks } = carveRegions(memory, { component: COMPONENT, name, bytes: size * 4, slots })
  const words = wordsOf(region, size)
  store(words, versionWord, version)
  store(words, framesWord, frames)
  store(words, slotsWord, slots)
  store(words, sizeWord, size)
  return { region, stacks, words, frames, slots }
}

/** Says that the structure is complete: from here on others can attach. */
export function publish({ words }: Structure): void {
  store(words, magicWord, magic)
}

/** The structure that a handle names. Throws `BAD_HANDLE`, `BAD_MAGIC`, `BAD_VERSION` or `BAD_SIZE`. */
export function structureOf(handle: FrameAllocatorHandle): Structure {
  const { region, stacks } = regionsOf(handle, COMPONENT, version)
  if (region.byteLength < partsWord * 4) {
    throw new ParperosError('BAD_SIZE', `a Region of ${region.byteLength} bytes is too small for an allocator's header`)
  }
  const header = wordsOf(region, partsWord)
  if (load(header, magicWord) !== magic) {
    throw new ParperosError('BAD_MAGIC', 'this Region holds no buddy allocator: its first word is wrong')
  }
  if (load(header, versionWord) !== version) {
    const found = load(header, versionWord)
    throw new ParperosError('BAD_VERSION', `a buddy allocator of layout version ${found}, expected ${version}`)
  }
  const frames = load(header, framesWord)
  const slots = load(header, slotsWord)
  if (frames < 1 || frames > maxFrames || slots < 1 || slots > maxSlots) {
    throw new ParperosError('BAD_SIZE', `the header speaks of ${frames} frames and ${slots} slots`)
  }
  const { size } = partsOf(frames, slots)
  if (load(header, sizeWord) !== size || size * 4 > region.byteLength) {
    const found = `the header says ${load(header, sizeWord)}, the Region has ${region.byteLength / 4}`
    throw new ParperosError('BAD_SIZE', `${frames} frames and ${slots} slots take ${size} words, ${found}`)
  }
  if (stacks.byteLength < slots * STACK_BYTES) {
    throw new ParperosError('BAD_SIZE', `${slots} slots need ${slots * STACK_BYTES} bytes of stacks, got ${stacks.byteLength}`)
  }
  return { region, stacks, words: wordsOf(region, size), frames, slots }
}

/** What others need to attach. */
export const handleOf = ({ region, stacks }: Pick<Structure, 'region' | 'stacks'>): FrameAllocatorHandle => ({
  component: COMPONENT,
  layoutVersion: version,
  region: region.handle,
  stacks: stacks.handle,
})

/** The handle of the allocator of that name in a memory. Throws `BAD_NAME` when there is none. */
export function handleIn(memory: Memory, name = COMPONENT): FrameAllocatorHandle {
  return handleOf(regionsIn(memory, name, 'allocator'))
}

/** The first `count` words: no more than what has been checked can be reached through the view. */
const wordsOf = ({ memory, byteOffset }: Region, count: number): Words =>
  new Int32Array(memory.buffer, byteOffset, count)
