// The life of an allocator's Regions, the same for all backends: open carves them and writes the header, attach checks
// every number of the header before it is used.
import {
  ParperosError,
  Region,
  type AttachOptions,
  type BackendKind,
  type FrameAllocatorHandle,
  type FrameAllocatorSupports,
  type Memory,
} from '@parperos/alloc-api'
import {
  claimSlot,
  FrameAllocatorOfCore,
  STACK_BYTES,
  type FrameAllocatorCore,
} from '@parperos/alloc-api/driver'
import { and, store, type Words } from '#atomics'
import { complete, MAX_SLOTS, type LLFreeConfig, type LLFreeInstance } from './config.ts'
import { geometry, type Geometry } from './geometry.ts'
import * as L from './layout.ts'
import { policyIsValid, readClassNames, writePolicy } from './policy.ts'

export const COMPONENT = 'llfree'

export const supports: FrameAllocatorSupports = { placement: true, classes: true, reclaim: true, recovery: false }

/** Everything that a backend needs to run a core on an allocator. */
export interface Attached {
  handle: FrameAllocatorHandle
  region: Region
  stacks: Region
  words: Words
  geometry: Geometry
  slot: number
}

/** What differs between the backends. */
export interface CoreBackend {
  kind: BackendKind
  /** Throws when the backend cannot work in that memory. */
  requireFit?: (memory: Memory) => void
  /** A core for this slot, ready to run. `initialise` also brings the structure into its first state. */
  start(attached: Attached, initialise: { allocated: boolean } | null): Promise<FrameAllocatorCore>
}

/** Carves the Regions, writes the header, and attaches to slot 0. */
export async function openAllocator(backend: CoreBackend, config: LLFreeConfig): Promise<LLFreeInstance> {
  const { frames, slots, treeShift, allocated, name, policy } = complete(config)
  const shape = geometry(frames, slots, policy.classes.length, treeShift)
  const bytes = shape.wordsTotal * 4
  const { memory } = config
  backend.requireFit?.(memory)
  const wanted = inPages(bytes) + inPages(slots * STACK_BYTES)
  if (wanted > memory.freeBytes) {
    throw new ParperosError('TOO_SMALL', `llfree needs ${wanted} bytes, the memory has ${memory.freeBytes} left`, {
      hint: `${frames} frames and ${slots} slots were asked for`,
    })
  }
  // What is carved cannot be given back: so what could stop the second Region is looked at before the first.
  if (memory.find(name)) throw new ParperosError('BAD_NAME', `the memory already has a Region named ${name}`)
  const stacks = memory.region(slots * STACK_BYTES, `${name}-stacks`)
  const region = memory.region(bytes, name)
  const words = region.words()
  words.fill(0, 0, L.headerWords)
  writePolicy(words, policy)
  writeShape(words, shape)
  const handle = { component: COMPONENT, layoutVersion: L.version, region: region.handle, stacks: stacks.handle }
  const release = claimSlot(words, shape.ownersAt, slots, 0)
  const attached = { handle, region, stacks, words, geometry: shape, slot: 0 }
  const core = await backend.start(attached, { allocated })
  // Whoever finds the magic number finds everything behind it.
  store(words, L.headerMagic, L.magic)
  return instance(backend.kind, attached, core, release, config.chosen)
}

const PAGE_BYTES = 4096

const inPages = (bytes: number): number => Math.ceil(bytes / PAGE_BYTES) * PAGE_BYTES

/** Checks a handle and the header behind it, and claims the slot. */
export async function attachAllocator(
  backend: CoreBackend,
  handle: FrameAllocatorHandle,
  slot: number,
  options?: AttachOptions,
): Promise<LLFreeInstance> {
  const attached = { ...checkedHandle(handle), slot }
  const { words, geometry: shape } = attached
  const release = claimSlot(words, shape.ownersAt, shape.slots, slot, options)
  try {
    // What a former holder had in its hands, it has no more.
    and(words, shape.localsAt + slot * shape.classes * L.localWords + L.localLedger, ~L.ledgerPending)
    return instance(backend.kind, attached, await backend.start(attached, null), release, options?.chosen)
  } catch (error) {
    release()
    throw error
  }
}

function instance(
  kind: BackendKind,
  attached: Attached,
  core: FrameAllocatorCore,
  release: () => void,
  chosen: string | undefined,
): LLFreeInstance {
  const { handle, words, geometry: shape, slot } = attached
  return new FrameAllocatorOfCore(core, {
    component: COMPONENT,
    kind,
    supports,
    frames: shape.frames,
    slot,
    slots: shape.slots,
    classes: readClassNames(words, shape.classes),
    metadataBytes: shape.wordsTotal * 4,
    handle,
    chosen,
    problems: [
      'the counter of huge frame',
      'the count of free frames of tree',
      'the reserved flag of tree',
      'the class of tree',
      'the tree of reservation',
    ],
    release,
  })
}

/** What a handle names, checked before anything of it is used. */
export function checkedHandle(handle: FrameAllocatorHandle): Omit<Attached, 'slot'> {
  const given = handle as Partial<FrameAllocatorHandle> | null | undefined
  if (!given || typeof given !== 'object' || given.component !== COMPONENT || !given.region || !given.stacks) {
    const component = String(given?.component)
    throw new ParperosError('BAD_HANDLE', `not a handle of llfree: its component is ${component}, expected ${COMPONENT}`)
  }
  if (given.layoutVersion !== L.version) {
    const version = String(given.layoutVersion)
    throw new ParperosError('BAD_VERSION', `a handle of layout version ${version}, expected ${L.version}`)
  }
  const region = Region.from(given.region)
  const stacks = Region.from(given.stacks)
  if (stacks.memory.buffer !== region.memory.buffer) {
    throw new ParperosError('BAD_HANDLE', 'the handle names Regions of two memories')
  }
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

function writeShape(words: Words, shape: Geometry): void {
  words[L.headerVersion] = L.version
  for (const name of shapeNames) words[shapeWords[name]] = shape[name]
}

function readShape(words: Words, region: Region, stacks: Region): Geometry {
  if (words[L.headerMagic] !== L.magic) {
    throw new ParperosError('BAD_MAGIC', 'there is no llfree allocator in this Region: its first word is wrong')
  }
  if (words[L.headerVersion] !== L.version) {
    const version = words[L.headerVersion]
    throw new ParperosError('BAD_VERSION', `an allocator of layout version ${version}, expected ${L.version}`)
  }
  const [frames, slots, classes, treeShift] = [L.headerFrames, L.headerSlots, L.headerClasses, L.headerTreeShift].map(
    (index) => words[index] >>> 0,
  )
  inRange('frames', frames, 1, L.maxFrames)
  inRange('slots', slots, 1, MAX_SLOTS)
  inRange('classes', classes, 1, L.maxClasses)
  inRange('treeShift', treeShift, L.minTreeShift, L.maxTreeShift)
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
  return shape
}

function inRange(name: keyof Geometry, value: number, least: number, most: number): void {
  if (value >= least && value <= most) return
  throw new ParperosError('BAD_SIZE', `the header says ${name} ${value}, which is none of ${least} to ${most}`)
}
