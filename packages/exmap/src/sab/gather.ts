// Frames that lie ready in other workers' bundles while those do nothing: taken when the allocator has none any more, so that
// "out of memory" is said only of frames that are in use. Who takes them holds the interface's lock, which its owner takes
// for each batch anyway; so the owner's batches pay nothing for it. What is taken are the bundles themselves, as if their
// owner had left; it gets others when it comes back.
import { compareExchange, store } from '#atomics'
import * as L from '../layout.ts'
import type { Area } from './area.ts'
import { bundleAt, bundleCount } from './bundle.ts'
import { leave } from './recover.ts'
import { currentAt, hasBundles, spareBundle } from './shelf.ts'

/** How many frames a slot has ready, as far as can be seen from outside. */
const idleFrames = (area: Area): number =>
  hasBundles(area) ? bundleCount(area, currentAt(area)) + bundleCount(area, bundleAt(area, spareBundle(area))) : 0

/** Puts the idle bundles of all other slots on the shelf; whether there were any with frames. */
export function gather(area: Area): boolean {
  const { words } = area
  let found = false
  for (let slot = 0; slot < area.slots; slot++) {
    if (slot === area.slot) continue
    const other = area.of(slot)
    if (idleFrames(other) === 0) continue
    const lock = other.self + L.interfaceLock
    if (compareExchange(words, lock, 0, L.lockGathering | area.slot) !== 0) continue
    found = idleFrames(other) > 0 || found
    leave(other)
    store(words, lock, 0)
  }
  return found
}
