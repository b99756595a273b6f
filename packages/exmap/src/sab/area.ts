// One worker's view of an area: the shared words, where everything stands in them, and which slot this worker is. It holds
// nothing of its own that changes; all state is in the words.
import type { Words } from '@parperos/alloc-api'
import { handAt, type Geometry } from '../geometry.ts'
import * as L from '../layout.ts'

export class Area {
  readonly words: Words
  readonly geometry: Geometry
  readonly pages: number
  readonly slots: number
  readonly commandCount: number
  readonly frames: number
  readonly bundles: number
  readonly bundleFrames: number
  readonly bundleWords: number
  readonly shelfAt: number
  readonly interfacesAt: number
  readonly interfaceWords: number
  readonly bundlesAt: number
  readonly tableAt: number
  /** The first of the frames of zeros, and how many they are. */
  readonly zero: number
  readonly zeroOrder: number
  readonly slot: number
  /** What the slot's claims look like in the page table. */
  readonly busy: number
  /** This slot's interface, its commands, its hand; the latter counted from the interface's start too. */
  readonly self: number
  readonly commandsAt: number
  readonly handAt: number
  readonly handOffset: number

  constructor(words: Words, geometry: Geometry, slot: number) {
    this.words = words
    this.geometry = geometry
    this.pages = geometry.pages
    this.slots = geometry.slots
    this.commandCount = geometry.commands
    this.frames = geometry.frames
    this.bundles = geometry.bundles
    this.bundleFrames = geometry.bundleFrames
    this.bundleWords = geometry.bundleWords
    this.shelfAt = geometry.shelfAt
    this.interfacesAt = geometry.interfacesAt
    this.interfaceWords = geometry.interfaceWords
    this.bundlesAt = geometry.bundlesAt
    this.tableAt = geometry.tableAt
    this.zero = words[L.headerZeroFrame]
    this.zeroOrder = geometry.zeroOrder
    this.slot = slot
    this.busy = L.tableBusy | slot
    this.self = this.interfaceOf(slot)
    this.commandsAt = this.self + L.interfaceStateWords
    this.handOffset = handAt(geometry.commands)
    this.handAt = this.self + this.handOffset
  }

  /** The same area as another slot has it. */
  of(slot: number): Area {
    return new Area(this.words, this.geometry, slot)
  }

  /** The first word of a slot's interface. */
  interfaceOf(slot: number): number {
    return this.interfacesAt + slot * this.interfaceWords
  }
}

/** Whether there is no other slot: then nobody else claims pages. */
export const isAlone = (area: Area): boolean => area.slots === 1

// A word of the own interface. Only this slot writes it; what is written later is never there before.

export const own = (area: Area, index: number): number => area.words[area.self + index]

export const setOwn = (area: Area, index: number, value: number): void => {
  area.words[area.self + index] = value
}

/** The first word of command `run`. */
export const commandAt = (area: Area, run: number): number => area.commandsAt + run * L.commandWords

/** The first word of entry `index` of the hand. */
export const entryAt = (area: Area, index: number): number => area.handAt + index * L.entryWords
