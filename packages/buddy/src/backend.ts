// What the three backends share: opening and attaching. A backend adds how its core is loaded.
import {
  ParperosError,
  requireAvailable,
  type AttachOptions,
  type BackendKind,
  type FrameAllocatorBackend,
  type FrameAllocatorConfig,
  type Memory,
  type PlacingFrameAllocator,
} from '@parperos/alloc-api'
import { claimSlot, FrameAllocatorOfCore, type FrameAllocatorCore } from '@parperos/alloc-api/driver'
import { classes } from './classes.ts'
import { carve, COMPONENT, handleOf, publish, structureOf, type Structure } from './header.ts'
import { partsOf, problems } from './layout.ts'
import { optionsOf } from './options.ts'

/** A core that can also write the first contents of a new Region. */
export interface BuddyCore extends FrameAllocatorCore {
  init(allocated: boolean): void
}

/** One way to run the algorithm. */
export interface BuddyBackend extends FrameAllocatorBackend<FrameAllocatorConfig, PlacingFrameAllocator> {
  /** Null when the backend can work in that memory, else one sentence that says why not. */
  unfit(memory: Memory): string | null
}

interface BackendParts {
  kind: BackendKind
  unavailable: () => string | null
  unfit?: (memory: Memory) => string | null
  core: (structure: Structure, slot: number) => Promise<BuddyCore>
}

export const supports = { placement: true, classes: false, reclaim: false, recovery: false } as const

export function buddyBackend({ kind, unavailable, unfit = () => null, core: loadCore }: BackendParts): BuddyBackend {
  const backend: BuddyBackend = {
    kind,
    component: COMPONENT,
    supports,
    unavailable,
    unfit,
    async open(config) {
      requireAvailable(backend)
      const options = optionsOf(config)
      requireFit(config.memory)
      const structure = carve(config.memory, options)
      const core = await loadCore(structure, 0)
      core.init(options.initial === 'allocated')
      publish(structure)
      return instanceOf(structure, core, 0, config)
    },
    async attach(handle, slot, attachOptions) {
      requireAvailable(backend)
      const structure = structureOf(handle)
      requireFit(structure.region.memory)
      requireSlot(structure, slot)
      const core = await loadCore(structure, slot)
      return instanceOf(structure, core, slot, attachOptions)
    },
  }

  function requireFit(memory: Memory): void {
    const reason = unfit(memory)
    if (reason === null) return
    throw new ParperosError('UNAVAILABLE', `the ${kind} backend of ${COMPONENT} cannot work in this memory: ${reason}`)
  }

  function instanceOf(structure: Structure, core: BuddyCore, slot: number, said: AttachOptions = {}): PlacingFrameAllocator {
    const { words, frames, slots } = structure
    const { owners, size } = partsOf(frames, slots)
    const release = claimSlot(words, owners, slots, slot, said)
    return new FrameAllocatorOfCore(core, {
      component: COMPONENT,
      kind,
      supports,
      frames,
      slot,
      slots,
      classes,
      metadataBytes: size * 4,
      handle: handleOf(structure),
      chosen: said.chosen,
      problems,
      release,
    })
  }

  return backend
}

/** A slot that does not exist has no stack either, so it is refused before a core is loaded for it. */
function requireSlot({ slots }: Structure, slot: number): void {
  if (Number.isInteger(slot) && slot >= 0 && slot < slots) return
  throw new ParperosError('BAD_SLOT', `slot ${String(slot)} does not exist: there are ${slots}, numbered from 0`)
}
