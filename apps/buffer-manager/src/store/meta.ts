// What a checkpoint writes last: a meta page, of which there are two in turn, and before it a list of pages that holds the
// trees' names and roots and which pages are in use. A reader takes the younger meta page that is whole.
//
//   meta   header │ magic │ version │ numbers as doubles: checkpoint, epoch, sequence │ segment │ list page │ list bytes │ pages
//   list   header │ next page │ bytes …                              the list's bytes: names and roots as JSON, then the bits
import { closeSync, fsync, fsyncSync, openSync } from 'node:fs'
import { promisify } from 'node:util'
import { deflateRawSync, inflateRawSync } from 'node:zlib'
import { StoreError, systemError } from '../errors.ts'
import { readPage, writePage } from '../pages/page-io.ts'
import { beginPage, HEADER_WORDS, isSealed, kinds, PAGE_WORDS, seal } from '../pages/page.ts'
import { MAX_NAME_BYTES } from './layout.ts'

const MAGIC = 0x6b765070
export const FORMAT_VERSION = 1
const [MAGIC_AT, VERSION_AT, CHECKPOINT_AT] = [HEADER_WORDS, HEADER_WORDS + 1, HEADER_WORDS + 2]
const [EPOCH_AT, SEQUENCE_AT, SEGMENT_AT] = [HEADER_WORDS + 4, HEADER_WORDS + 6, HEADER_WORDS + 8]
const [LIST_PAGE_AT, LIST_BYTES_AT, PAGES_AT] = [HEADER_WORDS + 9, HEADER_WORDS + 10, HEADER_WORDS + 11]
const LIST_NEXT_AT = HEADER_WORDS
/** A bit for each page, and names. */
const MOST_PAGES = 2 ** 30
const MOST_LIST_BYTES = 2 ** 28
const LIST_BYTES = (PAGE_WORDS - HEADER_WORDS - 1) * 4

export interface Meta {
  checkpoint: number
  epoch: number
  /** Of the first commit that is not in the pages. */
  sequence: number
  /** The log's segment that begins with it. */
  segment: number
  listPage: number
  listBytes: number
  /** Pages of the file. */
  pages: number
}

export interface TreeEntry {
  name: string
  root: number
  entries: number
}

export interface Contents {
  trees: TreeEntry[]
  /** A bit per page: the trees have it. */
  live: Uint8Array
}

/** One page as words, apart from the pool. */
type PageWords = Int32Array<ArrayBuffer>

const newPage = (): PageWords => new Int32Array(PAGE_WORDS)

/** The file's pages as they are on the disk, past the pool. */
export class PageFile {
  readonly fd: number

  constructor(path: string, flags: string) {
    try {
      this.fd = openSync(path, flags)
    } catch (cause) {
      throw systemError(`the pages of a store, ${path}, cannot be opened`, cause)
    }
  }

  read(page: number): PageWords {
    const words = newPage()
    readPage(this.fd, new Uint8Array(words.buffer), 0, page)
    return words
  }

  write(page: number, words: PageWords): void {
    seal(words, 0)
    writePage(this.fd, new Uint8Array(words.buffer), 0, page)
  }

  sync(): void {
    try {
      fsyncSync(this.fd)
    } catch (cause) {
      throw systemError('the pages cannot be made durable', cause)
    }
  }

  /** The same without blocking. */
  async syncSoon(): Promise<void> {
    try {
      await promisify(fsync)(this.fd)
    } catch (cause) {
      throw systemError('the pages cannot be made durable', cause)
    }
  }

  close(): void {
    closeSync(this.fd)
  }
}

/** Which of the two meta pages a checkpoint writes. */
const metaPage = (checkpoint: number): number => checkpoint % 2

export function writeMeta(file: PageFile, meta: Meta): void {
  const words = newPage()
  beginPage(words, 0, metaPage(meta.checkpoint), meta.epoch, kinds.meta, 0)
  words[MAGIC_AT] = MAGIC
  words[VERSION_AT] = FORMAT_VERSION
  writeNumber(words, CHECKPOINT_AT, meta.checkpoint)
  writeNumber(words, EPOCH_AT, meta.epoch)
  writeNumber(words, SEQUENCE_AT, meta.sequence)
  words[SEGMENT_AT] = meta.segment
  words[LIST_PAGE_AT] = meta.listPage
  words[LIST_BYTES_AT] = meta.listBytes
  words[PAGES_AT] = meta.pages
  file.write(metaPage(meta.checkpoint), words)
}

/**
 * The younger meta page. Throws `NOT_A_STORE`, `NEWER_VERSION`, `CORRUPT`. A page that is damaged counts only if the other one
 * is whole: a checkpoint was broken off while it was written.
 */
export function readMeta(file: PageFile): Meta {
  const found = [0, 1].map((page) => ({ page, words: file.read(page) }))
  const whole = found.filter(({ page, words }) => words[MAGIC_AT] === MAGIC && isSealed(words, 0, page))
  // Magic, version and checksum stay where they are in later versions.
  const newer = whole.find(({ words }) => words[VERSION_AT] > FORMAT_VERSION)
  if (newer) {
    const [is, known] = [newer.words[VERSION_AT], FORMAT_VERSION]
    throw new StoreError('NEWER_VERSION', `the store has format ${is}, this package knows formats up to ${known}`)
  }
  const metas = whole.map(({ words }) => metaOf(words)).sort((a, b) => b.checkpoint - a.checkpoint)
  if (metas.length > 0) return requireSensible(metas[0])
  if (found.some(({ words }) => words[MAGIC_AT] === MAGIC)) {
    throw new StoreError('CORRUPT', 'both meta pages of the store are damaged')
  }
  throw new StoreError('NOT_A_STORE', 'the file of pages does not begin as a store does')
}

/** A checksum says that it was written so, not that it makes sense. */
function requireSensible(meta: Meta): Meta {
  const { checkpoint, epoch, sequence, segment, listPage, listBytes, pages } = meta
  const isSensible =
    [checkpoint, epoch, sequence].every((number) => Number.isSafeInteger(number) && number >= 0) &&
    segment >= 0 && pages <= MOST_PAGES && listPage >= 2 && listPage < pages && listBytes > 0 && listBytes <= MOST_LIST_BYTES
  if (isSensible) return meta
  throw new StoreError('CORRUPT', `the meta page of checkpoint ${checkpoint} holds numbers that no store has`)
}

const metaOf = (words: PageWords): Meta => ({
  checkpoint: readNumber(words, CHECKPOINT_AT),
  epoch: readNumber(words, EPOCH_AT),
  sequence: readNumber(words, SEQUENCE_AT),
  segment: words[SEGMENT_AT],
  listPage: words[LIST_PAGE_AT],
  listBytes: words[LIST_BYTES_AT],
  pages: words[PAGES_AT],
})

function writeNumber(words: PageWords, at: number, value: number): void {
  words[at] = value | 0
  words[at + 1] = (value / 2 ** 32) | 0
}

const readNumber = (words: PageWords, at: number): number => words[at + 1] * 2 ** 32 + (words[at] >>> 0)

/** How many list pages so many bytes need. */
export const listPages = (bytes: number): number => Math.ceil(bytes / LIST_BYTES)

export function packContents({ trees, live }: Contents): Uint8Array {
  const text = Buffer.from(JSON.stringify(trees))
  const size = Buffer.alloc(4)
  size.writeUInt32LE(text.length)
  return Buffer.concat([size, text, deflateRawSync(live, { level: 1 })])
}

/** Writes the list into these pages, which nobody has. */
export function writeList(file: PageFile, bytes: Uint8Array, pages: readonly number[], epoch: number): void {
  pages.forEach((page, i) => {
    const words = newPage()
    beginPage(words, 0, page, epoch, kinds.list, 0)
    words[LIST_NEXT_AT] = pages[i + 1] ?? 0
    new Uint8Array(words.buffer, (LIST_NEXT_AT + 1) * 4).set(bytes.subarray(i * LIST_BYTES, (i + 1) * LIST_BYTES))
    file.write(page, words)
  })
}

/** The pages of a list that is known to be whole; 0 is none. */
export function listPagesFrom(file: PageFile, first: number): number[] {
  const pages: number[] = []
  for (let page = first; page !== 0; page = file.read(page)[LIST_NEXT_AT]) pages.push(page)
  return pages
}

const isTreeEntry = ({ name, root, entries }: TreeEntry): boolean =>
  typeof name === 'string' && Buffer.byteLength(name) <= MAX_NAME_BYTES && Number.isInteger(root) && root >= 0 &&
  Number.isSafeInteger(entries) && entries >= 0

/** The checkpoint's list, and in which pages it is. Throws `CORRUPT`. */
export function readList(file: PageFile, { listPage, listBytes, pages }: Meta): { contents: Contents; pages: number[] } {
  const bytes = Buffer.alloc(listBytes)
  const at: number[] = []
  for (let page = listPage, done = 0; done < listBytes; done += LIST_BYTES) {
    if (page < 2 || page >= pages || at.includes(page)) throw new StoreError('CORRUPT', `the list of pages leads to page ${page}`)
    const words = file.read(page)
    if (!isSealed(words, 0, page) || (words[HEADER_WORDS - 1] & 0xff) !== kinds.list) {
      throw new StoreError('CORRUPT', `page ${page}, of the list of pages, is damaged`)
    }
    bytes.set(new Uint8Array(words.buffer, (LIST_NEXT_AT + 1) * 4).subarray(0, listBytes - done), done)
    at.push(page)
    page = words[LIST_NEXT_AT]
  }
  try {
    const textBytes = bytes.readUInt32LE(0)
    const trees = JSON.parse(bytes.toString('utf8', 4, 4 + textBytes)) as TreeEntry[]
    if (!Array.isArray(trees) || trees.length === 0 || !trees.every(isTreeEntry)) throw new Error('these are no trees')
    return { contents: { trees, live: inflateRawSync(bytes.subarray(4 + textBytes)) }, pages: at }
  } catch (cause) {
    throw new StoreError('CORRUPT', 'the list of pages cannot be read', { cause })
  }
}
