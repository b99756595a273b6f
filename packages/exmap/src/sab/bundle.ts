// Bundles: stacks of frames that are ready to be used. The frames are the entries first … end − 1 of an array that is filled
// from its end: the next one to be taken is the first, and one that is given back comes before it. So what the allocator
// wrote in ascending order is taken in ascending order, and a run of pages gets a run of frames.
//
//   entry    0        first           end      bundleFrames
//            ┌────────┬───────────────┬────────┐
//            │ room   │ frames        │        │    empty: first = end
//            └────────┴───────────────┴────────┘
//
// first and end are one word: taking and giving any number of frames is one write. Only the owner of a bundle writes it.
import * as L from '../layout.ts'
import type { Area } from './area.ts'

/** The first word of a bundle. */
export const bundleAt = (area: Area, bundle: number): number => area.bundlesAt + bundle * area.bundleWords

export const bundleFirst = (area: Area, at: number): number => area.words[at + L.bundleFill] & L.bundleFirstMask
export const bundleEnd = (area: Area, at: number): number => area.words[at + L.bundleFill] >>> L.bundleEndShift
export const bundleCount = (area: Area, at: number): number => bundleEnd(area, at) - bundleFirst(area, at)

export const setFill = (area: Area, at: number, first: number, end: number): void => {
  area.words[at + L.bundleFill] = first | (end << L.bundleEndShift)
}

/** Whether its numbers are possible; what was damaged must not lead anywhere else. */
export const bundleIsSound = (area: Area, at: number): boolean =>
  bundleFirst(area, at) <= bundleEnd(area, at) && bundleEnd(area, at) <= area.bundleFrames

/** How many frames can be given to it. An empty one has all its room again. */
export function bundleRoom(area: Area, at: number): number {
  if (bundleCount(area, at) === 0) setFill(area, at, area.bundleFrames, area.bundleFrames)
  return bundleFirst(area, at)
}

/** Whether `frame` is among its first `count` frames. */
export function bundleHas(area: Area, at: number, frame: number, count: number): boolean {
  const { words } = area
  const from = at + L.bundleHeaderWords + bundleFirst(area, at)
  const end = from + Math.min(count, bundleCount(area, at))
  for (let i = from; i < end; i++) if (words[i] === frame) return true
  return false
}
