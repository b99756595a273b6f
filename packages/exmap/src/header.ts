// The header of an area's Region: written once when it is opened, and checked, every number of it, before any is used.
import { FRAME_BYTES, ParperosError, Region, type PageAreaHandle, type Words } from '@parperos/alloc-api'
import { regionsOf, requireInHeader, STACK_BYTES } from '@parperos/alloc-api/driver'
import type { Attached } from './driver.ts'
import { geometry, type Geometry } from './geometry.ts'
import * as L from './layout.ts'

export const COMPONENT = 'exmap'

/** The most words that a view can have. */
const MOST_WORDS = 2 ** 31 - 1

/** The area's words; of one that is larger than a view can be, the first ones. */
export const wordsOf = (region: Region): Words =>
  new Int32Array(region.memory.buffer, region.byteOffset, Math.min(Math.floor(region.byteLength / 4), MOST_WORDS))

const shapeWords = {
  slots: L.headerSlots,
  commands: L.headerCommands,
  frames: L.headerFrames,
  bundleFrames: L.headerBundleFrames,
  bundles: L.headerBundles,
  zeroOrder: L.headerZeroOrder,
  ownersAt: L.headerOwnersAt,
  shelfAt: L.headerShelfAt,
  interfacesAt: L.headerInterfacesAt,
  interfaceWords: L.headerInterfaceWords,
  bundlesAt: L.headerBundlesAt,
  bundleWords: L.headerBundleWords,
  tableAt: L.headerTableAt,
} satisfies Partial<Record<keyof Geometry, number>>

const shapeNames = Object.keys(shapeWords) as (keyof typeof shapeWords)[]

/** Writes everything but the magic number: whoever finds that finds everything behind it. */
export function writeHeader(words: Words, shape: Geometry, { zero, mapped }: { zero: number; mapped: boolean }): void {
  words.fill(0, 0, L.headerWords)
  words[L.headerVersion] = L.version
  words[L.headerLastPage] = shape.pages - 1
  for (const name of shapeNames) words[shapeWords[name]] = shape[name]
  words[L.headerZeroFrame] = zero
  words[L.headerMapped] = mapped ? 1 : 0
}

/** What a handle names, checked before anything of it is used. */
export function checkedHandle(handle: PageAreaHandle): Omit<Attached, 'slot' | 'frames'> {
  const { region, stacks } = regionsOf(handle, COMPONENT, L.version)
  const pool = Region.from(handle.pool)
  if (region.byteLength < L.headerWords * 4) {
    throw new ParperosError('BAD_SIZE', `a Region of ${region.byteLength} bytes is too short for a header`)
  }
  const words = wordsOf(region)
  const shape = readShape(words)
  requireRoom(shape, { region, stacks, pool })
  const isMapped = words[L.headerMapped] === 1
  if (isMapped !== handle.area instanceof SharedArrayBuffer) {
    throw new ParperosError('BAD_HANDLE', `the handle of ${isMapped ? 'a mapped area needs its' : 'this area has an'} area`)
  }
  return { handle, region, stacks, pool, words, geometry: shape }
}

function readShape(words: Words): Geometry {
  if (words[L.headerMagic] !== L.magic) {
    throw new ParperosError('BAD_MAGIC', 'there is no page area in this Region: its first word is wrong')
  }
  if (words[L.headerVersion] !== L.version) {
    const version = words[L.headerVersion]
    throw new ParperosError('BAD_VERSION', `a page area of layout version ${version}, expected ${L.version}`)
  }
  const [slots, commands, frames] = [L.headerSlots, L.headerCommands, L.headerFrames].map((index) => words[index] >>> 0)
  requireInHeader('slots', slots, 1, L.maxSlots)
  requireInHeader('commands', commands, 1, L.maxCommands)
  requireInHeader('frames', frames, 1, L.maxFrames)
  requireInHeader('mapped', words[L.headerMapped] >>> 0, 0, 1)
  const shape = geometry({ pages: (words[L.headerLastPage] >>> 0) + 1, slots, commands, frames })
  const wrong = shapeNames.find((name) => words[shapeWords[name]] >>> 0 !== shape[name])
  if (wrong) {
    const found = words[shapeWords[wrong]] >>> 0
    throw new ParperosError('BAD_SIZE', `the header says ${wrong} ${found}, which contradicts its other numbers`)
  }
  const zero = words[L.headerZeroFrame] >>> 0
  const zeros = 2 ** shape.zeroOrder
  if (zero % zeros !== 0 || zero + zeros > frames) {
    throw new ParperosError('BAD_SIZE', `the header says that frames ${zero} to ${zero + zeros - 1} of ${frames} are zeros`)
  }
  return shape
}

function requireRoom(shape: Geometry, { region, stacks, pool }: Record<'region' | 'stacks' | 'pool', Region>): void {
  if (shape.wordsTotal * 4 > region.byteLength || shape.slots * STACK_BYTES > stacks.byteLength) {
    throw new ParperosError('BAD_SIZE', `an area of ${shape.wordsTotal * 4} bytes in a Region of ${region.byteLength}`)
  }
  if (shape.frames * FRAME_BYTES > pool.byteLength) {
    throw new ParperosError('BAD_SIZE', `${shape.frames} frames in a pool of ${pool.byteLength} bytes`)
  }
}
