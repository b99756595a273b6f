// The model's bytes: a header in 32-bit words, one owner word and one lock word per slot, each slot's commands, then
// three words for each page.
//
//   header (16) │ owners │ locks │ commands of slot 0, slot 1, … │ page 0: state, frame, slot │ page 1 …
//
//   state   0 absent   1 resident   2 being read: no frame yet, as far as others can see   3 resident, being written
//   frame   which frame of the pool; means nothing while the page is absent
//   slot    who reads or writes it
import type { Words } from '../sab/atomics.ts'
import { ParperosError } from '../errors.ts'
import type { Region } from '../memory/region.ts'
import { COMMAND_WORDS } from '../page-area.ts'

const MAGIC = 0x4d50474d
export const LAYOUT_VERSION = 1

const word = { magic: 0, version: 1, lastPage: 2, slots: 3, commands: 4, frames: 5, zeroFrame: 6, mapped: 7 }
const HEADER_WORDS = 16

const PAGE_WORDS = 3
const STATE = 0
const FRAME = 1
const SLOT = 2

/** What a page is. */
export const ABSENT = 0
export const RESIDENT = 1
export const READING = 2
export const WRITING = 3

/** What a model is made of. */
export interface PageAreaShape {
  pages: number
  slots: number
  commands: number
  /** Frames of the pool. */
  frames: number
  /** The frame that is full of zeros. */
  zeroFrame: number
  /** Whether pages have addresses of their own. */
  mapped: boolean
}

/** The owner word of slot 0. */
export const FIRST_OWNER = HEADER_WORDS

const firstLock = ({ slots }: PageAreaShape): number => FIRST_OWNER + slots
const firstCommand = (shape: PageAreaShape): number => firstLock(shape) + shape.slots
const firstPage = (shape: PageAreaShape): number =>
  firstCommand(shape) + shape.slots * shape.commands * COMMAND_WORDS

/** Bytes of the whole structure. */
export const pageAreaBytes = (shape: PageAreaShape): number => (firstPage(shape) + shape.pages * PAGE_WORDS) * 4

/** The words of a model, by what they mean. */
export class PageAreaWords {
  readonly words: Words
  readonly shape: PageAreaShape
  readonly #firstPage: number

  constructor(words: Words, shape: PageAreaShape) {
    this.words = words
    this.shape = shape
    this.#firstPage = firstPage(shape)
  }

  lockOf(slot: number): number {
    return firstLock(this.shape) + slot
  }

  commandsOf(slot: number): Words {
    const words = this.shape.commands * COMMAND_WORDS
    const at = firstCommand(this.shape) + slot * words
    return this.words.subarray(at, at + words)
  }

  state(page: number): number {
    return this.words[this.#at(page) + STATE]
  }

  frame(page: number): number {
    return this.words[this.#at(page) + FRAME]
  }

  /** Who reads or writes the page. */
  slotAt(page: number): number {
    return this.words[this.#at(page) + SLOT]
  }

  setState(page: number, state: number, slot: number): void {
    this.words[this.#at(page) + SLOT] = slot
    this.words[this.#at(page) + STATE] = state
  }

  setFrame(page: number, frame: number): void {
    this.words[this.#at(page) + FRAME] = frame
  }

  #at(page: number): number {
    return this.#firstPage + page * PAGE_WORDS
  }
}

/** Writes the words of a new area in which no page is resident; the magic number last. */
export function writePageArea(region: Region, shape: PageAreaShape): void {
  const words = region.words()
  words.fill(0)
  words[word.version] = LAYOUT_VERSION
  words[word.lastPage] = shape.pages - 1
  words[word.slots] = shape.slots
  words[word.commands] = shape.commands
  words[word.frames] = shape.frames
  words[word.zeroFrame] = shape.zeroFrame
  words[word.mapped] = Number(shape.mapped)
  words[word.magic] = MAGIC
}

/** The words of an area, once its header has been checked. Throws `BAD_SIZE`, `BAD_MAGIC` or `BAD_VERSION`. */
export function readPageArea(region: Region): PageAreaWords {
  if (region.byteLength < HEADER_WORDS * 4) {
    throw new ParperosError('BAD_SIZE', `a Region of ${region.byteLength} bytes is too short for a model`)
  }
  const words = region.words()
  if (words[word.magic] !== MAGIC) {
    throw new ParperosError('BAD_MAGIC', 'there is no model of a page area in this Region: its first word is wrong')
  }
  if (words[word.version] !== LAYOUT_VERSION) {
    const version = words[word.version]
    throw new ParperosError('BAD_VERSION', `a model of layout version ${version}, expected ${LAYOUT_VERSION}`)
  }
  const [slots, commands, frames, zeroFrame] = [word.slots, word.commands, word.frames, word.zeroFrame].map(
    (index) => words[index] >>> 0,
  )
  const pages = (words[word.lastPage] >>> 0) + 1
  const shape = { pages, slots, commands, frames, zeroFrame, mapped: words[word.mapped] === 1 }
  if (slots < 1 || commands < 1 || zeroFrame >= frames || pageAreaBytes(shape) > region.byteLength) {
    throw new ParperosError('BAD_SIZE', `a model of ${pages} pages does not fit into ${region.byteLength} bytes`)
  }
  return new PageAreaWords(words, shape)
}
