// Where a checkpoint's list goes: into free pages, past the pool. What such a page was before may still be on its way to the
// file, and would be written over the list.
import { expect, test, vi } from 'vitest'
import { Log } from '../src/log/log.ts'
import { beginPage, kinds } from '../src/pages/page.ts'
import { runCount, runPage } from '../src/pool/runs.ts'
import { Checkpoints } from '../src/store/checkpoint.ts'
import { checkpointOf, pagesPath } from '../src/store/directory.ts'
import { word } from '../src/store/layout.ts'
import { PageFile } from '../src/store/meta.ts'
import { joinStore, openStore, type Opened } from '../src/store/open.ts'
import { purposes } from '../src/store/pages.ts'
import { Readers } from '../src/store/readers.ts'
import { backends, freshPaths, openSmall, small } from './support/stores.ts'

const freshPath = freshPaths('checkpoint-list')

/** Of a time that no checkpoint comes to: none of them writes such pages, but evictions do. */
const NEVER = 2 ** 50

/** Makes a page as a commit does that is not over: dirty, and nobody's in the trees. */
function fill({ engine: { pool } }: Opened, page: number): void {
  expect(pool.create(page)).toBe(true)
  beginPage(pool.words, pool.base >>> 2, page, NEVER, kinds.leaf, 0)
  pool.unlock(page)
}

/** All numbers that are free, before the file has to grow for more. */
function takeAll({ composed: { numbers } }: Opened): number[] {
  const taken: number[] = []
  for (let page = numbers.tryGet(0); page >= 0; page = numbers.tryGet(0)) taken.push(page)
  return taken
}

function giveBack({ engine: { pool, numbers } }: Opened, pages: number[]): void {
  pool.drop(pages)
  numbers.giveBack(pages)
}

/** Calls `meanwhile` when the worker is about to write that page to make room, and then lets it write. */
function whileEvicting({ composed }: Opened, page: number, meanwhile: () => void): void {
  const { io } = composed.areas[0]
  const write = io.writeSync.bind(io)
  vi.spyOn(io, 'writeSync').mockImplementation((runs) => {
    const has = (run: number): boolean => page >= runPage(io.commands, run) && page < runPage(io.commands, run) + runCount(io.commands, run)
    if (Array.from({ length: runs as number }, (_, run) => run).some(has)) meanwhile()
    return write(runs)
  })
}

test.each(backends)('%s: a list is in no page that an eviction is just writing, and that page is used later', async (backend) => {
  const path = freshPath()
  const own = await openStore(path, { ...small, backend, workers: 2, cacheBytes: 64 * 4096 })
  const other = await joinStore(own.handle, 1, false)
  const file = new PageFile(pagesPath(path), 'r+')
  const log = Log.attach(path, own.composed.regions.log)
  const { shared, pool, numbers } = own.engine
  const checkpoints = new Checkpoints({ shared, pool, numbers, log, file, readers: new Readers(path) })

  const late = numbers.take(purposes.put)
  fill(own, late)
  const others = takeAll(own)
  let list: number[] = []
  whileEvicting(other, late, () => {
    // What it was for is undone; then it is the only free page.
    giveBack(own, [late])
    expect(shared.tryLock(word.checkpointLock)).toBe(true)
    checkpoints.runSync()
    checkpoints.unlock()
    list = checkpointOf(file).listPages
  })
  for (let i = 0; list.length === 0; i++) fill(other, others[i])
  // By now the eviction has written the page.
  expect(checkpointOf(file).listPages).toEqual(list)
  expect(list).not.toContain(late)
  const rest = takeAll(own)
  expect(rest).toContain(late)

  giveBack(own, [...others, ...rest])
  log.close()
  file.close()
  await other.close()
  await own.close()
  await using again = await openSmall(path, { backend })
  await again.validate()
})
