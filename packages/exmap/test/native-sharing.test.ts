// Several that use the same: areas on one pool, workers on one area, processes on one area, and what is left when a worker dies
// while the operating system writes into its pages.
import { FRAME_BYTES, ParperosError } from '@parperos/alloc-api'
import { native as nativeMemory } from '@parperos/alloc-api/native'
import { canTest } from '@parperos/presets/backends'
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { Worker } from 'node:worker_threads'
import { describe, expect, it } from 'vitest'
import { ExMap } from '../src/index.ts'
import { attachFromProcess, descriptorOf, native, nativeWith } from '../src/native.ts'
import { patternedFile } from './support/file.ts'
import type { IoJob } from './support/native-io-worker.ts'
import { bytesFor, expectWhole, joinNative, openNative } from './support/native-open.ts'
import { canMove, canRing, mappedWays, ways } from './support/native-probe.ts'
import { type World } from './support/open.ts'
import { soak } from './support/soak.ts'
import { bytesOf, pattern } from './support/page-bytes.ts'

const isPattern = (area: World['area'], page: number, version = 0): boolean =>
  Buffer.from(bytesOf(area, page)).equals(pattern(page, version))

describe.each(ways)("in the way '%s'", (way) => {
  it('two areas take frames from one pool', async () => {
    const world = await openNative({ native: { way }, poolFrames: 512, pages: 400 })
    const { memory, pool, frames, area } = world
    const backend = nativeWith({ way })
    const other = await ExMap.open({ backend, memory, pages: 600, frames, pool, name: 'other' })
    expect(area.io.alloc([{ page: 0, count: 200 }])).toBe(200)
    expect(other.io.alloc([{ page: 300, count: 250 }])).toBe(250)
    for (let page = 0; page < 200; page++) bytesOf(area, page).set(pattern(page))
    for (let page = 300; page < 550; page++) bytesOf(other, page).set(pattern(page, 1))
    // There are 510 frames less those that lie ready in bundles of the two.
    const rest = area.io.alloc([{ page: 200, count: 200 }])
    expect(rest).toBeLessThan(200)
    other.io.free([{ page: 300, count: 200 }])
    other.trim()
    expect(area.io.alloc([{ page: 200 + rest, count: 100 }])).toBe(100)
    for (let page = 0; page < 200; page++) expect(isPattern(area, page)).toBe(true)
    for (let page = 500; page < 550; page++) expect(isPattern(other, page, 1)).toBe(true)
    area.validate()
    other.validate()
    other.close()
    area.io.free([{ page: 0, count: 50 }])
    area.validate()
  })

  it.each([4, 1])('workers that only know blocking calls read and evict runs of at most %i', async (longest) => {
    const filePages = 3000
    using file = patternedFile(filePages * FRAME_BYTES)
    const slots = 3
    const world = await openNative({ native: { way }, pages: filePages, poolFrames: 1024, slots, file })
    const { area, frames } = world
    const jobs = [1, 2].map((slot): IoJob => {
      const batches = 25 * soak
      return { what: 'sync', area: area.handle, frames: frames.handle, slot, filePages, longest, batches, seed: 50 + slot }
    })
    const workers = jobs.map((workerData) => {
      return new Worker(new URL('support/native-io-worker.ts', import.meta.url), { workerData })
    })
    const compared = await Promise.all(
      workers.map(async (worker) => {
        const [count] = (await once(worker, 'message')) as [number]
        await worker.terminate()
        return count
      }),
    )
    for (const count of compared) expect(count).toBeGreaterThan(25 * 8 * longest)
    expect(area.stats().resident).toBe(0)
    expectWhole(world)
  })

  it('what a worker had in its hand when it died is given back', async () => {
    const filePages = 2000
    using file = patternedFile(filePages * FRAME_BYTES)
    const world = await openNative({
      ...{ native: { way }, pages: filePages, poolFrames: 1024, slots: 2 },
      file: { path: file.path, direct: true },
    })
    const { area, frames } = world
    for (let round = 0; round < 2 * soak; round++) {
      const handles = { area: area.handle, frames: frames.handle }
      const job: IoJob = { what: 'hang', ...handles, slot: 1, filePages, longest: 1, batches: 0, seed: round }
      const worker = new Worker(new URL('support/native-io-worker.ts', import.meta.url), { workerData: job })
      await once(worker, 'message')
      await worker.terminate()
      const next = await joinNative(world, 1, true)
      expect(next.area.stats().resident).toBe(0)
      expectWhole(world)
      expect(await next.area.io.read([{ page: 0, count: 500 }])).toBe(500)
      for (let page = 0; page < 500; page += 7) expect(isPattern(next.area, page)).toBe(true)
      next.area.io.free([{ page: 0, count: 500 }])
      next.area.close()
      next.frames.close()
    }
  })
})

const script = fileURLToPath(new URL('support/native-child.ts', import.meta.url))

async function child(command: string, args: string[], ...descriptors: number[]): Promise<unknown> {
  const stdio = ['ignore', 'pipe', 'inherit', ...descriptors] as const
  const { stdout } = spawn(command, args, { stdio: [...stdio] })
  if (!stdout) throw new Error('the child has no output')
  return JSON.parse(await text(stdout))
}

describe.skipIf(!mappedWays.includes('memfd') || !canTest(nativeMemory))('another process', () => {
  const options = { native: { way: 'memfd' }, pages: 300, poolFrames: 512, slots: 2 } as const

  it('sees, reads and evicts pages of an area that it attaches to', async () => {
    using file = patternedFile(200 * FRAME_BYTES)
    const memory = await nativeMemory.create({ bytes: bytesFor(options) })
    const world = await openNative({ ...options, memory, file })
    const { area } = world
    expect(area.supports).toEqual({ mapped: true, processes: true })
    await area.io.read([{ page: 10, count: 50 }])
    expect(await child(process.execPath, [script, 'share', file.path], memory.fd, descriptorOf(area))).toEqual({
      ...{ seen: [true, true, true], elsewhere: true, freed: 20, read: 30, right: true },
      ...{ way: 'memfd', supports: { mapped: true, processes: true } },
    })
    expect([area.isResident(10), area.isResident(30), area.isResident(129)]).toEqual([false, true, true])
    expect(bytesOf(area, 15).every((byte) => byte === 0)).toBe(true)
    expect(bytesOf(area, 40).every((byte) => byte === 0x77)).toBe(true)
    for (let page = 100; page < 130; page++) expect(isPattern(area, page)).toBe(true)
    expect(area.stats().resident).toBe(60)
    expectWhole(world)
    area.close()
    memory.close()
  })

  it('needs the area with a descriptor of the right size, in a memory that has it', async () => {
    const memory = await nativeMemory.create({ bytes: bytesFor(options) })
    const { area, pool, frames } = await openNative({ ...options, memory })
    const descriptor = descriptorOf(area)
    const attach = (given: object): Promise<unknown> =>
      attachFromProcess({ memory, pool, descriptor, slot: 1, frames, ...given }).catch((error: unknown) =>
        error instanceof ParperosError ? error.code : error,
      )
    expect(await attach({ name: 'none' })).toBe('BAD_NAME')
    expect(await attach({ name: 'pool' })).toBe('BAD_NAME')
    expect(await attach({ descriptor: memory.fd })).toBe('BAD_SIZE')
    expect(await attach({ descriptor: 999_999 })).toBe('SYSTEM')
    expect(await attach({ slot: 0 })).toBe('SLOT_BUSY')
    expect(await attach({})).toMatchObject({ slot: 1 })
    const backend = nativeWith({ way: 'madvise' })
    const other = await ExMap.open({ backend, memory, pages: 10, frames, pool, name: 'private', slots: 2 })
    expect(await attach({ name: 'private' })).toBe('UNSUPPORTED')
    expect(() => descriptorOf(other)).toThrow(expect.objectContaining({ code: 'UNSUPPORTED' }) as Error)
  })
})

it.skipIf(!canMove || !canRing)('what the system refuses is done in another way, and the reason is told', async () => {
  using file = patternedFile(64 * FRAME_BYTES)
  const command = `ulimit -n 64 && exec '${process.execPath}' '${script}' starve '${file.path}'`
  const refused = 'was refused with EMFILE'
  expect(await child('/bin/sh', ['-c', command])).toEqual({
    told: [
      {
        way: 'madvise',
        io: 'none',
        whyNotBetter: [
          `move: userfaultfd with UFFDIO_MOVE ${refused}`,
          `batches: process_madvise on this process ${refused}, so that each range is a call of its own`,
        ],
      },
      { way: 'table', io: 'pread', whyNotBetter: [`io_uring: io_uring_setup ${refused}`] },
    ],
    ...{ freed: 6, empty: true, done: 9, right: true },
  })
})

/** Root may lock what it wants, unless it is without that right. */
const unprivileged = process.getuid?.() === 0 ? 'setpriv --bounding-set -ipc_lock' : ''
const limited = spawnSync('/bin/sh', ['-c', `ulimit -l 2048 && ${unprivileged} true`], { encoding: 'utf8' })
const limitUnavailable = (): string | null => (limited.status === 0 ? null : limited.stderr.trim())

it.skipIf(!canRing || !canTest({ kind: 'ulimit -l', component: 'exmap/native', unavailable: limitUnavailable }))(
  'a process that may not lock that much memory does without registering it, and says so',
  async () => {
    using file = patternedFile(64 * FRAME_BYTES)
    const command = `ulimit -l 2048 && exec ${unprivileged} '${process.execPath}' '${script}' lock '${file.path}'`
    expect(await child('/bin/sh', ['-c', command])).toEqual({
      ...{ done: [3, 5], right: true },
      told: ['registered: the pool was refused with ENOMEM; the process may lock what ulimit -l says'],
    })
  },
)

it('a process can end itself while a batch is in flight', async () => {
  using file = patternedFile(64 * FRAME_BYTES)
  const [code] = (await once(spawn(process.execPath, [script, 'exit', file.path]), 'exit')) as [number | null]
  expect(code).toBe(7)
})

it('what a closed area had open is closed', async () => {
  using file = patternedFile(8 * FRAME_BYTES)
  expect(native.unavailable()).toBe(null)
  for (const way of ways) {
    const world = await openNative({ native: { way }, file })
    await world.area.io.read([{ page: 0, count: 4 }])
    world.area.close()
    world.area.close()
    expect(() => world.area.io.alloc([{ page: 7, count: 1 }])).toThrow(expect.objectContaining({ code: 'CLOSED' }) as Error)
  }
})
