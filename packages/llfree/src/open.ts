// The life of an allocator's Regions, the same for all backends: open carves them, or finds what a crash left in them;
// attach joins.
import {
  type AttachOptions,
  type BackendKind,
  type FrameAllocatorBackend,
  type FrameAllocatorHandle,
  type FrameAllocatorSupports,
  type RecoveryReport,
} from '@parperos/alloc-api'
import { carveRegions, claimSlot, FrameAllocatorOfCore, type FrameAllocatorCore } from '@parperos/alloc-api/driver'
import { and, store, type Words } from '#atomics'
import { complete, type LLFreeConfig, type LLFreeInstance } from './config.ts'
import type { Attached, CoreBackend } from './driver.ts'
import { geometry, type Geometry } from './geometry.ts'
import { checkedHandle, COMPONENT, requireSame, writeHeader } from './header.ts'
import * as L from './layout.ts'
import { loadPersistence } from './persistence.ts'
import { readClassNames, type ClassPolicy } from './policy.ts'
import type { Persistence } from './sab/persist.ts'

export const supports: FrameAllocatorSupports = { placement: true, classes: true, reclaim: true, recovery: true }

/** A backend as users hold it, over what is its own. */
export const allocatorBackend = (
  core: CoreBackend,
  unavailable: () => string | null,
): FrameAllocatorBackend<LLFreeConfig, LLFreeInstance> => ({
  kind: core.kind,
  component: COMPONENT,
  supports,
  unavailable,
  open: (config) => openAllocator(core, config),
  attach: (handle, slot, options) => attachAllocator(core, handle, slot, options),
})

/** Makes or recovers an allocator, and attaches to slot 0. */
export async function openAllocator(backend: CoreBackend, config: LLFreeConfig): Promise<LLFreeInstance> {
  const { frames, slots, treeShift, initial, persist, name, policy } = complete(config)
  const shape = geometry(frames, slots, policy.classes.length, treeShift)
  backend.requireFit?.(config.memory)
  const persistence = await loadPersistence(backend, config.memory, persist)
  const { region, stacks } = carveRegions(config.memory, {
    component: COMPONENT,
    name,
    bytes: shape.wordsTotal * 4,
    slots,
    reuse: initial === 'recover',
    hints: { taken: "initial: 'recover' opens it as its last workers left it" },
  })
  const words = region.words()
  // Where opening began and did not come to its end, nobody owns anything, whatever the bits say.
  const isUnfinished = words[L.headerMagic] === L.magicOpening
  const isNew = initial !== 'recover' || isUnfinished
  if (isNew) begin(words, shape, policy, persistence)
  else if (words[L.headerMagic] === 0) writeHeader(words, shape, policy)
  else requireSame(words, shape, policy)
  words[L.headerPersist] = persist
  words.fill(0, shape.ownersAt, shape.localsAt)
  const handle = { component: COMPONENT, layoutVersion: L.version, region: region.handle, stacks: stacks.handle }
  const attached = { handle, region, stacks, words, geometry: shape, slot: 0, persistence }
  const core = await backend.start(attached)
  if (isNew) core.init(initial === 'allocated')
  const recovered = initial === 'recover' ? report((into) => core.recover(into)) : undefined
  const release = claimSlot(words, shape.ownersAt, slots, 0)
  // First what the allocator consists of, and the memory's directory that tells where it is; then that it is one.
  persistence?.flush(words, 0, shape.wordsTotal)
  persistence?.flush(new Int32Array(config.memory.buffer, 0, PAGE_BYTES / 4), 0, PAGE_BYTES / 4)
  persistence?.fence()
  store(words, L.headerMagic, L.magic)
  persistence?.flush(words, L.headerMagic, 1)
  persistence?.fence()
  return instance(backend.kind, attached, core, release, { chosen: config.chosen, recovered })
}

/** Marks the Region as one that is being opened, before anything else of it is written. */
function begin(words: Words, shape: Geometry, policy: ClassPolicy, persistence: Persistence | null): void {
  writeHeader(words, shape, policy)
  store(words, L.headerMagic, L.magicOpening)
  persistence?.flush(words, 0, L.headerWords)
  persistence?.fence()
}

const PAGE_BYTES = 4096

function report(recover: (into: Uint32Array) => void): RecoveryReport {
  const into = new Uint32Array(4)
  recover(into)
  return {
    counters: into[L.reportCounters],
    blocks: into[L.reportBlocks],
    trees: into[L.reportTrees],
    reservations: into[L.reportReservations],
  }
}

/** Checks a handle and the header behind it, and claims the slot. */
export async function attachAllocator(
  backend: CoreBackend,
  handle: FrameAllocatorHandle,
  slot: number,
  options?: AttachOptions,
): Promise<LLFreeInstance> {
  const checked = checkedHandle(handle)
  const { words, geometry: shape } = checked
  const persistence = await loadPersistence(backend, checked.region.memory, words[L.headerPersist])
  const attached = { ...checked, slot, persistence }
  const release = claimSlot(words, shape.ownersAt, shape.slots, slot, options)
  try {
    // What a former holder had in its hands, it has no more.
    and(words, shape.localsAt + slot * shape.classes * L.localWords + L.localLedger, ~L.ledgerPending)
    return instance(backend.kind, attached, await backend.start(attached), release, { chosen: options?.chosen })
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
  told: { chosen: string | undefined; recovered?: RecoveryReport | undefined },
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
    ...told,
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
