// The header and the two Regions of an allocator, the same for all backends: carved and written once by whoever opens,
// checked by everyone who attaches. The magic number is written last, so that nobody attaches to what is not there yet.
import { ParperosError, Region, type FrameAllocatorHandle, type Memory } from '@parperos/alloc-api'
import { STACK_BYTES } from '@parperos/alloc-api/driver'
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
  const stacksName = stacksOf(name)
  // What is carved cannot be given back: so everything that could stop the second Region is looked at first.
  for (const taken of [name, stacksName].filter((one) => memory.find(one))) {
    throw new ParperosError('BAD_NAME', `the memory already has a Region named ${taken}`, {
      hint: 'give this allocator another name',
    })
  }
  const wanted = inPages(size * 4) + inPages(slots * STACK_BYTES)
  if (wanted > memory.freeBytes) {
    throw new ParperosError('TOO_SMALL', `${frames} frames and ${slots} slots need ${wanted} bytes of memory`, {
      hint: `the memory has ${memory.freeBytes} free bytes; create it larger`,
    })
  }
  const stacks = memory.region(slots * STACK_BYTES, stacksName)
  const region = memory.region(size * 4, name)
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
  const { region, stacks } = regionsOf(handle)
  if (region.byteLength < partsWord * 4) {
    throw new ParperosError('BAD_SIZE', `a Region of ${region.byteLength} bytes is too small for an allocator's header`)
  }
  const header = wordsOf(region, partsWord)
  if (load(header, magicWord) !== magic) {
    throw new ParperosError('BAD_MAGIC', 'this Region holds no buddy allocator: its first word is wrong')
  }
  checkVersion(load(header, versionWord))
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
  const [region, stacks] = [memory.find(name), memory.find(stacksOf(name))]
  if (region && stacks) return handleOf({ region, stacks })
  throw new ParperosError('BAD_NAME', `the memory has no allocator named ${name}`, {
    hint: `its Regions are: ${memory.names().join(', ') || 'none'}`,
  })
}

/** The name of the second Region. */
const stacksOf = (name: string): string => `${name}-stacks`

function regionsOf(handle: FrameAllocatorHandle): { region: Region; stacks: Region } {
  // A handle comes from elsewhere: it may be anything.
  const given = handle as Partial<FrameAllocatorHandle> | null | undefined
  if (typeof given !== 'object' || given?.component !== COMPONENT || !given.region || !given.stacks) {
    const got = String(given?.component)
    throw new ParperosError('BAD_HANDLE', `expected a handle with component ${COMPONENT}, region and stacks, got ${got}`)
  }
  checkVersion(given.layoutVersion)
  const region = Region.from(given.region)
  const stacks = Region.from(given.stacks)
  if (region.memory.buffer !== stacks.memory.buffer) {
    throw new ParperosError('BAD_HANDLE', 'the two Regions of a handle are in the same memory, these are not')
  }
  return { region, stacks }
}

function checkVersion(found: unknown): void {
  if (found === version) return
  throw new ParperosError('BAD_VERSION', `a buddy allocator of layout version ${String(found)}, expected ${version}`, {
    hint: 'use the same version of the package everywhere',
  })
}

/** The first `count` words: no more than what has been checked can be reached through the view. */
const wordsOf = ({ memory, byteOffset }: Region, count: number): Words =>
  new Int32Array(memory.buffer, byteOffset, count)

const inPages = (bytes: number): number => Math.ceil(bytes / 4096) * 4096
