// Several workers on one log: every record is there once, in the order of the lock, and syncs are shared. And what becomes of
// the others when one of them dies.
import { createMemory } from '@parperos/alloc-api'
import { store } from '#atomics'
import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { describe, expect, it } from 'vitest'
import type { SyncMode } from '../src/api.ts'
import { Log } from '../src/log/log.ts'
import { readLog } from '../src/log/read.ts'
import { SharedLog } from '../src/log/shared.ts'
import { countRecords, logRegion, options, payloadOf, testFolder } from './log/opened.ts'
import { soak } from './support/soak.ts'
import type { Done, Work } from './log/worker.ts'

const WORKERS = 3

/** Lets workers append so many records each; gives what they say of it. The log is checked, and closed. */
async function together(
  sync: SyncMode,
  forms: Work['form'][],
  records: number,
  slow: Pick<Work, 'syncMs' | 'writeMs'>,
): Promise<Done[]> {
  using folder = testFolder()
  const region = await logRegion()
  const log = Log.create(folder.path, region, options({ sync, segmentBytes: 2 ** 22 }))
  const memory = await createMemory({ backend: 'sab', bytes: 16384 })
  const lock = memory.region(4096, 'lock')
  store(lock.words(), 1, 1)
  const running = forms.map(async (form, worker): Promise<Done> => {
    const workerData: Work = {
      directory: folder.path,
      log: region.handle,
      lock: lock.handle,
      worker,
      records,
      form,
      ...slow,
    }
    const thread = new Worker(new URL('log/worker.ts', import.meta.url), { workerData })
    const [done] = (await once(thread, 'message')) as [Done]
    await thread.terminate()
    return done
  })
  const results = await Promise.all(running)
  log.close()
  const counts = forms.map(() => 0)
  let sequence = 0
  for (const record of readLog(folder.path, 1, 1)) {
    expect(record.sequence).toBe(++sequence)
    const view = new DataView(record.payload.buffer, record.payload.byteOffset)
    const worker = view.getInt32(0)
    expect(view.getInt32(4)).toBe(counts[worker]++)
    if (record.payload.subarray(8).some((byte) => byte !== worker)) throw new Error(`record ${sequence} is not whole`)
  }
  expect(counts).toEqual(forms.map(() => records))
  expect(new Set(results.flatMap(({ acknowledged }) => acknowledged)).size).toBe(forms.length * records)
  return results
}

describe('workers on one log', () => {
  it.each(['full', 'group', 'off'] as const)("lose no record and change none, with sync '%s'", async (sync) => {
    await together(sync, ['async', 'sync', 'async'], 300 * soak, { syncMs: 0, writeMs: 0 })
  })

  it('write one after the other', async () => {
    const done = await together('full', ['async', 'sync', 'sync'], 40, { syncMs: 0, writeMs: 1 })
    expect(done.map(({ overlaps }) => overlaps)).toEqual([0, 0, 0])
  })

  it('share the syncs that they wait for', async () => {
    const done = await together('full', Array.from({ length: WORKERS }, () => 'sync' as const), 40, { syncMs: 5, writeMs: 0 })
    const syncs = done.reduce((sum, { stats }) => sum + stats.syncs, 0)
    expect(syncs).toBeGreaterThan(0)
    expect(syncs).toBeLessThan(WORKERS * 40 * 0.9)
  })
})

describe('a worker that died', () => {
  it('while it led the others in a sync is replaced', async () => {
    using folder = testFolder()
    const region = await logRegion()
    const log = Log.create(folder.path, region, options())
    const shared = new SharedLog(region)
    expect(shared.tryLead()).toBe(true)
    for (let sequence = 1; sequence <= 20; sequence++) log.acknowledgedSync(log.append(sequence, [payloadOf(sequence)]))
    expect(shared.tryLead()).toBe(true)
    shared.endRound(true)
    log.close()
    expect(countRecords(readLog(folder.path, 1, 1))).toBe(20)
  })

  it('while it wrote fails the log for all, instead of being waited for', async () => {
    using folder = testFolder()
    const region = await logRegion()
    const log = Log.create(folder.path, region, options())
    log.acknowledgedSync(log.append(1, [payloadOf(1)]))
    new SharedLog(region).lockWriter()
    const died = expect.objectContaining({ code: 'WRITER_DIED' }) as Error
    expect(() => new SharedLog(region, 20).lockWriter()).toThrow(died)
    expect(() => log.append(2, [])).toThrow(died)
    await expect(log.flush()).rejects.toThrow(died)
    log.close()
    expect(countRecords(readLog(folder.path, 1, 1))).toBe(1)
  })
})

describe('positions', () => {
  it('go on beyond 2^32 words, and so does a log', async () => {
    using folder = testFolder()
    const region = await logRegion()
    const log = Log.create(folder.path, region, options())
    const shared = new SharedLog(region)
    // As if much had been appended before.
    const start = 3 * 2 ** 32 - 5000
    shared.setAppended(start)
    shared.setWritten(start)
    shared.raiseDurable(start)
    shared.beginSegment(1, shared.salt, shared.zeroed)
    expect([shared.appended(), shared.written(), shared.durable()]).toEqual([start, start, start])
    for (let sequence = 1; sequence <= 300; sequence++) {
      const end = log.append(sequence, [payloadOf(sequence)])
      expect(end).toBe(log.end)
      if (sequence % 20 === 0) await log.acknowledged(end)
      if (sequence % 30 === 0) log.acknowledgedSync(end)
      expect(shared.written() % 2 ** 32 === shared.written()).toBe(false)
    }
    expect(log.end).toBeGreaterThan(3 * 2 ** 34)
    log.close()
    expect(shared.durable()).toBe(shared.appended())
    expect(countRecords(readLog(folder.path, 1, 1))).toBe(300)
  })

  it('that come late do not lower what is durable', async () => {
    const region = await logRegion()
    SharedLog.create(region, { sync: 'full', groupMs: 1, segmentBytes: 2 ** 20 }, 1, 1)
    const shared = new SharedLog(region)
    shared.setAppended(5 * 2 ** 32 + 10)
    shared.raiseDurable(5 * 2 ** 32 + 7)
    shared.raiseDurable(2 ** 32)
    shared.raiseDurable(5 * 2 ** 32 - 7)
    expect(shared.durable()).toBe(5 * 2 ** 32 + 7)
  })
})
