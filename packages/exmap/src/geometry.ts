// Where everything stands, computed from a few sizes. Written into the header at open; at attach the header is checked
// against a fresh computation, so that no number in it is used unchecked.
import { inLines } from '@parperos/alloc-api/driver'
import * as L from './layout.ts'

/** What an area is made of; everything else follows. */
export interface Sizes {
  /** 1 … 2^32. */
  pages: number
  slots: number
  /** Commands of an interface. */
  commands: number
  /** Frames of the pool. */
  frames: number
}

export interface Geometry extends Sizes {
  /** Frames of a bundle. */
  bundleFrames: number
  bundles: number
  /** 2^zeroOrder frames of zeros: at least one per slot. */
  zeroOrder: number
  ownersAt: number
  shelfAt: number
  interfacesAt: number
  interfaceWords: number
  bundlesAt: number
  bundleWords: number
  tableAt: number
  /** With the page table; above 2^31 only native code reaches its end. */
  wordsTotal: number
}

/** Of a small pool the workers' own bundles hold a quarter at most. */
const HOARD = 8

/** All offsets in words; every part starts on a cache line of its own. */
export function geometry({ pages, slots, commands, frames }: Sizes): Geometry {
  const bundleFrames = Math.min(L.maxBundleFrames, Math.max(1, Math.floor(frames / (HOARD * slots))))
  const bundles = L.bundlesPerSlot * slots
  const zeroOrder = Math.ceil(Math.log2(slots))
  const ownersAt = L.headerWords
  const shelfAt = inLines(ownersAt + slots)
  const interfacesAt = inLines(shelfAt + bundles)
  const interfaceWords = inLines(L.interfaceStateWords + commands * L.commandWords) + L.handEntries * L.entryWords
  const bundlesAt = interfacesAt + slots * interfaceWords
  const bundleWords = L.bundleHeaderWords + inLines(bundleFrames)
  const tableAt = bundlesAt + bundles * bundleWords
  const wordsTotal = tableAt + pages
  return {
    ...{ pages, slots, commands, frames, bundleFrames, bundles, zeroOrder },
    ...{ ownersAt, shelfAt, interfacesAt, interfaceWords, bundlesAt, bundleWords, tableAt, wordsTotal },
  }
}

/** The word at which the hand of an interface begins, counted from the interface's first. */
export const handAt = (commands: number): number => inLines(L.interfaceStateWords + commands * L.commandWords)
