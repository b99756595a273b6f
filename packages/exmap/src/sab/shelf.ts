// The shelf: the list of bundles that are nobody's, through which frames move between workers. It has no links: each bundle
// has a word that says whose it is, taking one is a compare-exchange of that word, putting one there is a write of it. So
// there is no ABA, nothing is ever between two lists, and the word of a dead worker's bundle names the worker. A search
// goes over the words of all bundles, four per slot, once for some hundreds of frames.
//
// A search that found nothing is repeated when a bundle was put on the shelf meanwhile: "none" is true at some moment of it.
import { add, compareExchange, load, store } from '#atomics'
import * as L from '../layout.ts'
import { own, setOwn, type Area } from './area.ts'
import { bundleAt, bundleCount, bundleEnd, bundleIsSound, bundleRoom, setFill } from './bundle.ts'

export const currentBundle = (area: Area): number => own(area, L.interfaceBundles) & L.noBundle
export const spareBundle = (area: Area): number => own(area, L.interfaceBundles) >>> L.spareShift
export const setBundles = (area: Area, current: number, spare: number): void =>
  setOwn(area, L.interfaceBundles, current | (spare << L.spareShift))

/** Where the current bundle stands. */
export const currentAt = (area: Area): number => bundleAt(area, currentBundle(area))

/** Whether the slot has two bundles that can be used. */
export function hasBundles(area: Area): boolean {
  const current = currentBundle(area)
  const spare = spareBundle(area)
  if (current >= area.bundles || spare >= area.bundles || current === spare) return false
  return bundleIsSound(area, bundleAt(area, current)) && bundleIsSound(area, bundleAt(area, spare))
}

/**
 * Takes a bundle in that state; which one, or `noBundle`. Each slot begins to look at another place, so that they do not
 * all want the same one.
 */
function takeInState(area: Area, state: number): number {
  const { words, shelfAt, bundles, slot } = area
  for (let i = 0; i < bundles; i++) {
    const bundle = (slot * L.bundlesPerSlot + i) % bundles
    const index = shelfAt + bundle
    if (words[index] === state && compareExchange(words, index, state, L.shelfOwned | slot) === state) return bundle
  }
  return L.noBundle
}

/** An empty bundle of nobody. */
export const takeEmpty = (area: Area): number => takeInState(area, 0)

/** A bundle with frames of nobody. */
export function takeShelved(area: Area): number {
  for (;;) {
    const before = load(area.words, L.headerShelved)
    const bundle = takeInState(area, L.shelfShelved)
    if (bundle !== L.noBundle || load(area.words, L.headerShelved) === before) return bundle
  }
}

/** Gives an own bundle to nobody, with the frames that it has. */
export function letGo(area: Area, bundle: number): void {
  const isEmpty = bundleCount(area, bundleAt(area, bundle)) === 0
  store(area.words, area.shelfAt + bundle, isEmpty ? 0 : L.shelfShelved)
  if (!isEmpty) add(area.words, L.headerShelved, 1)
}

/** The current bundle is empty: makes the next one with frames the current one; false when there is none. */
export function nextBundle(area: Area): boolean {
  const current = currentBundle(area)
  const spare = spareBundle(area)
  if (bundleCount(area, bundleAt(area, spare)) > 0) {
    setBundles(area, spare, current)
    return true
  }
  const taken = takeShelved(area)
  if (taken === L.noBundle) return false
  setBundles(area, taken, spare)
  letGo(area, current)
  return true
}

/** The current bundle has no room: makes one with room the current one; false when the spare one must be emptied first. */
export function makeRoom(area: Area): boolean {
  const current = currentBundle(area)
  const spare = spareBundle(area)
  if (bundleRoom(area, bundleAt(area, spare)) > 0) {
    setBundles(area, spare, current)
    return true
  }
  const taken = takeEmpty(area)
  if (taken === L.noBundle) return false
  setFill(area, bundleAt(area, taken), area.bundleFrames, area.bundleFrames)
  setBundles(area, taken, current)
  letGo(area, spare)
  return true
}

/** Gives one frame to the current bundle; false when the spare one must be emptied first. */
export function giveFrame(area: Area, frame: number): boolean {
  if (bundleRoom(area, currentAt(area)) === 0 && !makeRoom(area)) return false
  const at = currentAt(area)
  const first = bundleRoom(area, at) - 1
  area.words[at + L.bundleHeaderWords + first] = frame
  setFill(area, at, first, bundleEnd(area, at))
  return true
}
