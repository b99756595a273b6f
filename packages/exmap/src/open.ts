// The life of an area, the same for all backends: open carves its Regions and takes its frames of zeros, attach joins and
// gives back what the slot's former holder had in its hand.
import { FRAME_BYTES, ParperosError, type PageAreaHandle, type PageFile } from '@parperos/alloc-api'
import { carveRegions, claimSlot } from '@parperos/alloc-api/driver'
import { store, type Words } from '#atomics'
import { Bundles } from './bundles.ts'
import { complete, requireFrames, type ExMapAttachOptions, type ExMapConfig } from './config.ts'
import type { Attached, CoreBackend, ExMapBackend, Place, Started } from './driver.ts'
import type { Geometry } from './geometry.ts'
import { checkedHandle, COMPONENT, wordsOf, writeHeader } from './header.ts'
import { openStore, type PageStore } from './io/page-store.ts'
import { StoreTransfer } from './io/store-transfer.ts'
import * as L from './layout.ts'
import type { ExMapArea } from './page-area.ts'

/** A backend as users hold it, over what is its own. */
export const areaBackend = (core: CoreBackend, unavailable: () => string | null): ExMapBackend => ({
  kind: core.kind,
  component: COMPONENT,
  supports: core.supports,
  unavailable,
  open: (config) => openArea(core, config),
  attach: (handle, slot, options) => attachArea(core, handle, slot, options),
})

/** Makes an area, and attaches to slot 0. */
export async function openArea(backend: CoreBackend, config: ExMapConfig): Promise<ExMapArea> {
  const { frames } = config
  const { name, file: given, shape } = complete(config)
  backend.requireFit?.(config.memory, shape)
  const file = absolute(given)
  // First what can fail and leaves nothing behind: what is carved cannot be given back.
  const pageStore = await storeFor(backend, file, config.store)
  if (file && !pageStore) (await openStore(file)).close()
  try {
    const zero = takeZeros(config, shape)
    try {
      return await openIn(backend, config, { name, shape, file, zero, pageStore })
    } catch (error) {
      frames.put(zero, shape.zeroOrder)
      throw error
    }
  } catch (error) {
    pageStore?.close()
    throw error
  }
}

interface Opening {
  name: string
  shape: Geometry
  file: PageFile | null
  zero: number
  pageStore: PageStore | null
}

async function openIn(backend: CoreBackend, config: ExMapConfig, opening: Opening): Promise<ExMapArea> {
  const { name, shape, file, zero, pageStore } = opening
  const { frames, pool } = config
  const { region, stacks } = carveRegions(config.memory, {
    component: COMPONENT,
    name,
    bytes: shape.wordsTotal * 4,
    slots: shape.slots,
    hints: { tooSmall: 'the page table has 4 bytes for each page' },
  })
  const words = wordsOf(region)
  const area = backend.reserve?.(config, shape) ?? null
  writeHeader(words, shape, { zero, mapped: area !== null })
  writeState(words, shape)
  const handles = { region: region.handle, stacks: stacks.handle, pool: pool.handle }
  const handle = { component: COMPONENT, layoutVersion: L.version, ...handles, area, file }
  const attached = { handle, region, stacks, pool, words, geometry: shape, slot: 0, frames }
  const opened = await attachTo(backend, attached, pageStore, config)
  store(words, L.headerMagic, L.magic)
  return opened
}

/** Checks a handle and the header behind it, and claims the slot. */
export async function attachArea(
  backend: CoreBackend,
  handle: PageAreaHandle,
  slot: number,
  options: ExMapAttachOptions,
): Promise<ExMapArea> {
  const checked = checkedHandle(handle)
  const { geometry: shape, region } = checked
  backend.requireFit?.(region.memory, shape)
  const given = (options as Partial<ExMapAttachOptions> | undefined)?.frames
  requireFrames(given as never)
  const { frames } = options
  if (frames.frames !== shape.frames) {
    const found = `an allocator of ${frames.frames} frames`
    throw new ParperosError('BAD_OPTION', `${found}, but the area was opened with one of ${shape.frames}`)
  }
  const pageStore = await storeFor(backend, handle.file, options.store)
  try {
    return await attachTo(backend, { ...checked, slot, frames }, pageStore, options)
  } catch (error) {
    pageStore?.close()
    throw error
  }
}

async function attachTo(
  backend: CoreBackend,
  attached: Attached,
  pageStore: PageStore | null,
  options: { takeOver?: boolean; passedOver?: readonly string[] },
): Promise<ExMapArea> {
  const { words, geometry: shape, slot } = attached
  const release = claimSlot(words, shape.ownersAt, shape.slots, slot, options)
  let started: Started | undefined
  try {
    started = await backend.start(attached)
    const bundles = new Bundles(started.core, attached)
    bundles.recover()
    const { pool } = attached
    const place: Place = started.place ?? ((_, frame, count) => pool.bytes(frame * FRAME_BYTES, count * FRAME_BYTES))
    const transfer = started.transfer ?? (pageStore && new StoreTransfer(pageStore, place))
    const { passedOver = [] } = options
    const { kind, supports } = backend
    return started.area({ kind, supports, attached, started, bundles, place, transfer, release, passedOver })
  } catch (error) {
    started?.close?.()
    release()
    throw error
  }
}

/** Nobody has anything. The page table is zeros already: what a memory has not carved before, nobody has written to. */
function writeState(words: Words, { ownersAt, tableAt, interfacesAt, interfaceWords, slots }: Geometry): void {
  words.fill(0, ownersAt, tableAt)
  for (let slot = 0; slot < slots; slot++) words[interfacesAt + slot * interfaceWords + L.interfaceBundles] = L.noBundles
}

/** The store of an area; null when it has none, or when the backend opens files itself. */
async function storeFor(
  { opensFile }: CoreBackend,
  file: PageFile | null,
  given: PageStore | undefined,
): Promise<PageStore | null> {
  if (given) return given
  return file && !opensFile ? await openStore(file) : null
}

/** Workers and other processes may stand elsewhere. */
function absolute(file: PageFile | null): PageFile | null {
  if (!file || !('process' in globalThis)) return file
  return { ...file, path: process.getBuiltinModule('node:path').resolve(file.path) }
}

/** Takes the frames of zeros, one for each slot, and clears them. */
function takeZeros({ frames, pool }: ExMapConfig, { zeroOrder }: Geometry): number {
  const zero = frames.get(zeroOrder)
  pool.bytes(zero * FRAME_BYTES, 2 ** zeroOrder * FRAME_BYTES).fill(0)
  return zero
}
