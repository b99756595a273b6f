// The file cache on small directories: what is walked, what is drawn, what is stored, and that damage is noticed.
import { chmodSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createMemory, type FrameAllocator } from '@parperos/alloc-api'
import { modelBackend } from '@parperos/alloc-api/model'
import { describe, expect, test } from 'vitest'
import { Barrier, newBarrierWords } from '../src/measure/barrier.ts'
import { bytesAtMost, draw, framesOf } from '../src/suites/file-cache-input.ts'
import { replay, summary, type CacheOutcome } from '../src/suites/file-cache-job.ts'
import { newCacheState } from '../src/suites/file-cache-store.ts'
import { projectModules, walk, type FoundFile } from '../src/suites/walk.ts'
import { directoryOfFiles, emptyDirectory } from './directory.ts'

const seat = { barrier: new Barrier(newBarrierWords(), 0, 1), worker: 0, workers: 1 }

async function model(frames: number): Promise<FrameAllocator> {
  const memory = await createMemory({ backend: 'sab', bytes: frames + 2 ** 20 })
  return await modelBackend.open({ memory, frames })
}

function outcomeOf(files: FoundFile[], allocator: FrameAllocator, onRound = (): void => undefined): CacheOutcome {
  const state = newCacheState(files, allocator.frames)
  onRound()
  return summary([replay(allocator, state, { files, rounds: 3, seed: 5 }, seat)])
}

const framesFor = (files: FoundFile[]): number => files.reduce((sum, { size }) => sum + framesOf(size), 0)

describe('the walk', () => {
  test('finds every regular file once, also empty ones, and follows no links', () => {
    using directory = directoryOfFiles()
    const found = walk(directory.path)
    expect(found).toHaveLength(43)
    expect(new Set(found.map(({ path }) => path)).size).toBe(43)
    expect(found.filter(({ size }) => size === 0).map(({ path }) => path)).toEqual([join(directory.path, 'empty')])
    expect(found.some(({ path }) => path.includes('circle') || path.includes('another'))).toBe(false)
  })

  test('gives the same order every time', () => {
    using directory = directoryOfFiles()
    expect(walk(directory.path)).toEqual(walk(directory.path))
  })

  test('refuses what is missing and what is no directory', () => {
    using directory = directoryOfFiles()
    expect(() => walk(join(directory.path, 'missing'))).toThrow('does not exist')
    expect(() => walk(join(directory.path, 'large'))).toThrow('is not a directory')
  })

  test("finds the project's node_modules from a folder inside of it, not a package's own", () => {
    using directory = emptyDirectory()
    const { path } = directory
    for (const folder of ['node_modules', '.git', 'apps/one/node_modules', 'apps/one/src']) {
      mkdirSync(join(path, folder), { recursive: true })
    }
    expect(projectModules(join(path, 'apps/one/src'))).toBe(join(path, 'node_modules'))
    rmSync(join(path, 'node_modules'), { recursive: true })
    expect(projectModules(join(path, 'apps/one/src'))).toBe(join(path, 'apps/one/node_modules'))
    expect(() => projectModules(join(path, 'apps'))).toThrow('name a directory with --dir')
  })
})

describe('the drawing', () => {
  const files = Array.from({ length: 1000 }, (_, i) => ({ path: `f${i}`, size: 1000 * (i % 100) }))

  test('takes all files when they fit', () => {
    expect(draw(files, 2 ** 30, 1)).toHaveLength(1000)
  })

  test('stays below the limit, in whole frames, and depends on the seed', () => {
    const drawn = draw(files, 2 ** 22, 1)
    expect(framesFor(drawn)).toBeLessThanOrEqual(1024)
    expect(framesFor(drawn)).toBeGreaterThan(900)
    expect(draw(files, 2 ** 22, 1)).toEqual(drawn)
    expect(draw(files, 2 ** 22, 2)).not.toEqual(drawn)
  })

  test('leaves out a file that would be most of it', () => {
    const drawn = draw([...files, { path: 'giant', size: 2 ** 21 }], 2 ** 22, 1)
    expect(drawn.map(({ path }) => path)).not.toContain('giant')
  })

  test('takes no more than a quarter of the free memory', () => {
    expect(bytesAtMost(true, 2 ** 40)).toBe(2 ** 27)
    expect(bytesAtMost(false, 2 ** 40)).toBe(2 ** 30)
    expect(bytesAtMost(false, 2 ** 20)).toBe(2 ** 18)
  })
})

describe('the replay', () => {
  test('stores every file, gets every checksum right and loses no frame', async () => {
    using directory = directoryOfFiles()
    const files = walk(directory.path)
    const allocator = await model(Math.ceil((framesFor(files) * 1.25) / 512) * 512)
    const outcome = outcomeOf(files, allocator)
    expect(outcome).toMatchObject({ checksumMismatches: 0, lostFrames: 0, filesNotStored: 0, filesUnreadable: 0 })
    expect(outcome.rounds).toHaveLength(3)
    expect(outcome.bytesCopied).toBeGreaterThan(files.reduce((sum, { size }) => sum + size, 0))
    expect(allocator.stats().free).toBe(allocator.frames)
  })

  test('half of the files leave and come back in each round', async () => {
    using directory = directoryOfFiles()
    const files = walk(directory.path)
    const { rounds } = outcomeOf(files, await model(4096))
    const used = framesFor(files)
    for (const { dropped, loaded } of rounds) {
      expect(loaded.free).toBe(4096 - used)
      expect(dropped.free).toBeGreaterThan(loaded.free)
    }
  })

  test('a file that disappears or turns into something else is counted and does no harm', async () => {
    using directory = directoryOfFiles()
    const files = walk(directory.path)
    const outcome = outcomeOf(files, await model(4096), () => {
      rmSync(join(directory.path, 'deep', 'exact'))
      rmSync(join(directory.path, 'large'))
      mkdirSync(join(directory.path, 'large'))
    })
    expect(outcome.filesUnreadable).toBeGreaterThanOrEqual(2)
    expect(outcome).toMatchObject({ checksumMismatches: 0, lostFrames: 0 })
  })

  test('a file without permission to read is counted, or stored where the reader may read all', async () => {
    using directory = directoryOfFiles()
    chmodSync(join(directory.path, 'large'), 0)
    const files = walk(directory.path)
    const outcome = outcomeOf(files, await model(4096))
    const mayReadAll = process.getuid?.() === 0
    expect(outcome.filesUnreadable > 0).toBe(!mayReadAll)
    expect(outcome).toMatchObject({ checksumMismatches: 0, lostFrames: 0 })
  })

  test('a file that has grown or shrunk since the walk is stored as far as its frames reach', async () => {
    using directory = directoryOfFiles()
    const files = walk(directory.path)
    const outcome = outcomeOf(files, await model(4096), () => {
      writeFileSync(join(directory.path, 'deep', 'exact'), 'short')
      writeFileSync(join(directory.path, 'empty'), 'no longer')
    })
    expect(outcome).toMatchObject({ checksumMismatches: 0, lostFrames: 0, filesUnreadable: 0 })
  })

  test('files that do not fit are counted, and their frames given back', async () => {
    using directory = directoryOfFiles()
    const files = walk(directory.path)
    const outcome = outcomeOf(files, await model(1024))
    expect(outcome.filesNotStored).toBeGreaterThan(0)
    expect(outcome.failedAllocations).toBeGreaterThan(0)
    expect(outcome).toMatchObject({ checksumMismatches: 0, lostFrames: 0 })
  })

  test('an allocator that hands frames out twice is found by the checksums', async () => {
    using directory = directoryOfFiles()
    const files = walk(directory.path)
    const twice = new Proxy(await model(4096), {
      get(target, name) {
        if (name === 'tryGet') return (order: number) => (order === 0 ? 4095 : target.tryGet(order))
        if (name === 'put') return (frame: number, order: number) => order === 0 || target.put(frame, order)
        const value: unknown = Reflect.get(target, name, target)
        return typeof value === 'function' ? (value.bind(target) as unknown) : value
      },
    })
    expect(outcomeOf(files, twice).checksumMismatches).toBeGreaterThan(0)
  })
})
