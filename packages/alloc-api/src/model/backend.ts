// Opening and attaching the model: its metadata is one Region, found again by a handle or by its name.
import type { AttachOptions } from '../backend.ts'
import type { FrameAllocatorCore } from '../driver/core.ts'
import { FrameAllocatorOfCore, type FrameAllocatorDescription } from '../driver/instance.ts'
import { requireWholeNumber } from '../driver/options.ts'
import { requireHandle } from '../driver/regions.ts'
import { claimSlot } from '../driver/slots.ts'
import { ParperosError } from '../errors.ts'
import type {
  FrameAllocatorBackend,
  FrameAllocatorConfig,
  FrameAllocatorHandle,
  FrameAllocatorSupports,
  FullFrameAllocator,
} from '../frame-allocator.ts'
import { sharedMemoryUnavailable } from '../memory/available.ts'
import { Region } from '../memory/region.ts'
import { classes, ModelCore, problems } from './core.ts'
import {
  FIRST_OWNER,
  frameBytes,
  LAYOUT_VERSION,
  MAX_FRAMES,
  modelBytes,
  readHeader,
  writeHeader,
  type FrameBytes,
} from './layout.ts'

const COMPONENT = 'model'
const MAX_SLOTS = 2 ** 16

/** What a model is made of. Tests put other parts in, to see whether they are caught. */
export interface ModelParts {
  supports: FrameAllocatorSupports
  core(bytes: FrameBytes): FrameAllocatorCore
  instance(core: FrameAllocatorCore, about: FrameAllocatorDescription): FullFrameAllocator
}

export type ModelBackend = FrameAllocatorBackend<FrameAllocatorConfig, FullFrameAllocator>

const modelParts: ModelParts = {
  supports: { placement: true, classes: true, reclaim: true, recovery: false },
  core: (bytes) => new ModelCore(bytes),
  instance: (core, about) => new FrameAllocatorOfCore(core, about),
}

/** A backend of the model, of other parts where some are given. */
export function makeModelBackend(parts: Partial<ModelParts> = {}): ModelBackend {
  const { supports, core, instance } = { ...modelParts, ...parts }

  function attachTo(region: Region, slot: number, options: AttachOptions = {}): FullFrameAllocator {
    const { frames, slots } = readHeader(region)
    const words = region.words()
    const release = claimSlot(words, FIRST_OWNER, slots, slot, options)
    return instance(core(frameBytes(region, frames, slots)), {
      component: COMPONENT,
      kind: 'sab',
      supports,
      frames,
      slot,
      slots,
      classes,
      metadataBytes: modelBytes(frames, slots),
      // Only WebAssembly needs stacks; every handle names some.
      handle: { component: COMPONENT, layoutVersion: LAYOUT_VERSION, region: region.handle, stacks: region.handle },
      chosen: options.chosen,
      problems,
      release,
    })
  }

  return {
    kind: 'sab',
    component: COMPONENT,
    supports,
    unavailable: sharedMemoryUnavailable,
    async open(config) {
      const { frames, slots, initial } = checked(config)
      const region = config.memory.region(modelBytes(frames, slots), config.name ?? COMPONENT)
      region.bytes().fill(0)
      if (initial === 'allocated') frameBytes(region, frames, slots).fill(1)
      writeHeader(region, frames, slots)
      return attachTo(region, 0, config.chosen === undefined ? {} : { chosen: config.chosen })
    },
    async attach(handle, slot, options) {
      return attachTo(regionOf(handle), slot, options)
    },
  }
}

/** The obvious frame allocator. Not for concurrent use: workers may attach, but must take turns. */
export const modelBackend: ModelBackend = makeModelBackend()

function checked({ frames, slots = 1, initial = 'free' }: FrameAllocatorConfig): {
  frames: number
  slots: number
  initial: 'free' | 'allocated'
} {
  requireWholeNumber('frames', frames, 1, MAX_FRAMES)
  requireWholeNumber('slots', slots, 1, MAX_SLOTS)
  if (initial === 'recover') {
    throw new ParperosError('UNSUPPORTED', 'the model cannot recover', { hint: 'look at supports.recovery first' })
  }
  // What JavaScript hands in is not held to the types.
  if (!['free', 'allocated'].includes(initial)) {
    throw new ParperosError('BAD_OPTION', `initial is 'free', 'allocated' or 'recover', got ${JSON.stringify(initial)}`)
  }
  return { frames, slots, initial }
}

function regionOf(handle: FrameAllocatorHandle): Region {
  requireHandle(handle, COMPONENT, LAYOUT_VERSION, ['region'])
  return Region.from(handle.region)
}
