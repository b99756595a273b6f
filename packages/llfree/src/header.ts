// The header of an allocator's Region: written once when it is opened, and checked, every number of it, before any is used.
import { ParperosError, type FrameAllocatorHandle, type Region } from '@parperos/alloc-api'
import { regionsOf, requireInHeader, STACK_BYTES } from '@parperos/alloc-api/driver'
import type { Words } from '#atomics'
import { MAX_SLOTS } from './config.ts'
import type { Attached } from './driver.ts'
import { geometry, type Geometry } from './geometry.ts'
import * as L from './layout.ts'
import { policyIsValid, writePolicy, type ClassPolicy } from './policy.ts'

export const COMPONENT = 'llfree'

/** What a handle names, checked before anything of it is used. */
export function checkedHandle(handle: FrameAllocatorHandle): Omit<Attached, 'slot' | 'persistence'> {
  const { region, stacks } = regionsOf(handle, COMPONENT, L.version)
  if (region.byteLength < L.headerWords * 4) {
    throw new ParperosError('BAD_SIZE', `a Region of ${region.byteLength} bytes is too short for a header`)
  }
  const words = region.words()
  return { handle, region, stacks, words, geometry: readShape(words, region, stacks) }
}

const shapeWords = {
  frames: L.headerFrames,
  slots: L.headerSlots,
  classes: L.headerClasses,
  treeShift: L.headerTreeShift,
  trees: L.headerTrees,
  children: L.headerChildren,
  ownersAt: L.headerOwnersAt,
  localsAt: L.headerLocalsAt,
  treesAt: L.headerTreesAt,
  childrenAt: L.headerChildrenAt,
  bitsAt: L.headerBitsAt,
  wordsTotal: L.headerWordsTotal,
} satisfies Record<keyof Geometry, number>

const shapeNames = Object.keys(shapeWords) as (keyof Geometry)[]

/** Writes everything but the magic number: whoever finds that finds everything behind it. */
export function writeHeader(words: Int32Array, shape: Geometry, policy: ClassPolicy): void {
  words.fill(0, 0, L.headerWords)
  words[L.headerVersion] = L.version
  for (const name of shapeNames) words[shapeWords[name]] = shape[name]
  writePolicy(words, policy)
  words[L.headerChecksum] = checksumOf(words)
}

/** FNV-1a over whole words (Fowler, Noll, Vo): recognises every single flipped bit. */
function checksumOf(words: Int32Array): number {
  let sum = 0x811c9dc5 | 0
  for (let i = L.headerVersion; i < L.headerWords; i++) {
    if (i === L.headerPersist || i === L.headerChecksum) continue
    sum = Math.imul(sum ^ words[i], 0x01000193)
  }
  return sum
}

/**
 * Checks that the allocator in a Region is one of that shape and policy. Throws `BAD_MAGIC`, `BAD_VERSION`, or `BAD_SIZE`
 * naming the word that differs.
 */
export function requireSame(words: Words, shape: Geometry, policy: ClassPolicy): void {
  requireMagic(words)
  const expected = new Int32Array(L.headerWords)
  writeHeader(expected, shape, policy)
  for (let i = L.headerVersion; i < L.headerWords; i++) {
    // Recovering may set another persist policy.
    if (words[i] === expected[i] || i === L.headerPersist) continue
    const found = `${words[i] >>> 0}, and ${expected[i] >>> 0} was asked for`
    throw new ParperosError('BAD_SIZE', `the allocator in this Region has ${nameOfWord(i)} ${found}`, {
      hint: 'recover with the options that it was opened with; if these are the ones, its header is damaged',
    })
  }
}

/** What a word of the header is, for people. */
function nameOfWord(index: number): string {
  const name = shapeNames.find((candidate) => shapeWords[candidate] === index)
  if (name) return name
  if (index === L.headerDefaultClass) return 'the default class'
  if (index >= L.headerClassNames) return `in the names of its classes, word ${index - L.headerClassNames},`
  if (index >= L.headerPolicy) return `in its class policy, word ${index - L.headerPolicy},`
  if (index >= L.headerChecksum) return `in header word ${index}`
  if (index >= L.headerOrderClass) return `for order ${index - L.headerOrderClass} the class`
  return 'the layout version'
}

function requireMagic(words: Words): void {
  if (words[L.headerMagic] !== L.magic) {
    throw new ParperosError('BAD_MAGIC', 'there is no llfree allocator in this Region: its first word is wrong')
  }
  if (words[L.headerVersion] !== L.version) {
    const version = words[L.headerVersion]
    throw new ParperosError('BAD_VERSION', `an allocator of layout version ${version}, expected ${L.version}`)
  }
}

function readShape(words: Words, region: Region, stacks: Region): Geometry {
  requireMagic(words)
  const [frames, slots, classes, treeShift] = [L.headerFrames, L.headerSlots, L.headerClasses, L.headerTreeShift].map(
    (index) => words[index] >>> 0,
  )
  requireInHeader('frames', frames, 1, L.maxFrames)
  requireInHeader('slots', slots, 1, MAX_SLOTS)
  requireInHeader('classes', classes, 1, L.maxClasses)
  requireInHeader('treeShift', treeShift, L.minTreeShift, L.maxTreeShift)
  const shape = geometry(frames, slots, classes, treeShift)
  const wrong = shapeNames.find((name) => words[shapeWords[name]] >>> 0 !== shape[name])
  if (wrong) {
    const found = words[shapeWords[wrong]] >>> 0
    throw new ParperosError('BAD_SIZE', `the header says ${wrong} ${found}, which contradicts its other numbers`)
  }
  if (shape.wordsTotal * 4 > region.byteLength || slots * STACK_BYTES > stacks.byteLength) {
    throw new ParperosError('BAD_SIZE', `an allocator of ${shape.wordsTotal * 4} bytes in a Region of ${region.byteLength}`)
  }
  if (!policyIsValid(words, classes)) {
    throw new ParperosError('BAD_SIZE', 'the class policy in the header has numbers out of range')
  }
  const persist = words[L.headerPersist] >>> 0
  if (persist > L.persistMsync) {
    throw new ParperosError('BAD_SIZE', `the header says persist ${persist}, which is none of 0 to ${L.persistMsync}`)
  }
  if (words[L.headerChecksum] !== checksumOf(words)) {
    throw new ParperosError('CORRUPT', 'the checksum of the header does not match: a word of it was changed', {
      hint: "recover with the options that it was opened with (initial: 'recover') to be told which",
    })
  }
  return shape
}
