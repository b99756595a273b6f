// Lists of pages as runs of an ExMap interface's commands, and what became of them.
import {
  COMMAND_COUNT,
  COMMAND_DONE,
  COMMAND_PAGE,
  COMMAND_STATUS,
  COMMAND_WORDS,
  type PageArea,
  type PageInterface,
  type Words,
} from '@parperos/alloc-api'

/** Writes `count` pages, in ascending order, as commands: neighbours are one. How many commands. */
export function setRuns(io: PageInterface, pages: Int32Array, count: number): number {
  let runs = 0
  for (let i = 0; i < count; ) {
    const first = pages[i]
    let length = 1
    while (i + length < count && pages[i + length] === first + length) length++
    io.set(runs++, first, length)
    i += length
  }
  return runs
}

/** Sorts the first `count` pages, and leaves each only once; how many are left. */
export function sortPages(pages: Int32Array, count: number): number {
  pages.subarray(0, count).sort()
  let kept = 0
  for (let i = 0; i < count; i++) if (i === 0 || pages[i] !== pages[i - 1]) pages[kept++] = pages[i]
  return kept
}

// Of command `run`:

export const runPage = (commands: Int32Array, run: number): number => commands[run * COMMAND_WORDS + COMMAND_PAGE]
export const runCount = (commands: Int32Array, run: number): number => commands[run * COMMAND_WORDS + COMMAND_COUNT]
export const runDone = (commands: Int32Array, run: number): number => commands[run * COMMAND_WORDS + COMMAND_DONE]
export const runStatus = (commands: Int32Array, run: number): number => commands[run * COMMAND_WORDS + COMMAND_STATUS]

/** The words that a resident page's are among, and the first of them. */
export const wordsOf = (area: PageArea, page: number): Words => area.words(area.address(page))
export const firstWordOf = (area: PageArea, page: number): number => (area.address(page) & area.windowMask) >>> 2
