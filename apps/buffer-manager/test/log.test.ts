// The log as its user sees it: what is appended is read back, in every form, across segments, wraps of the ring and openings.
import { Region } from '@parperos/alloc-api'
import { Random } from '@parperos/alloc-api/conformance'
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { SyncMode } from '../src/api.ts'
import { Log } from '../src/log/log.ts'
import { lastSegment, readLog } from '../src/log/read.ts'
import { segmentName } from '../src/log/segment.ts'
import { countRecords, inParts, logRegion, options, payloadOf, testFolder } from './log/opened.ts'

const modes: SyncMode[] = ['full', 'group', 'off']
const bytes = (text: string): Uint8Array => Buffer.from(text)

describe.each(modes)("a log with sync '%s'", (sync) => {
  it.each([1, 2, 3])('gives back what was appended in parts, through several segments (seed %i)', async (seed) => {
    using folder = testFolder()
    const random = new Random(seed)
    const log = Log.create(folder.path, await logRegion(), options({ sync, segmentBytes: 2 ** 19 }))
    let last = 0
    for (let sequence = 1; sequence <= 600; sequence++) {
      const end = log.append(sequence, inParts(payloadOf(sequence), random))
      expect(end).toBe(log.end)
      expect(end).toBeGreaterThan(last)
      last = end
      if (random.below(20) === 0) await log.acknowledged(end)
      if (random.below(20) === 0) log.acknowledgedSync(end)
    }
    log.close()
    expect(lastSegment(folder.path)).toBeGreaterThan(2)
    expect(countRecords(readLog(folder.path, 1, 1))).toBe(600)
  })

  it('has what is flushed in the file, though nobody closes it', async () => {
    using folder = testFolder()
    const log = Log.create(folder.path, await logRegion(), options({ sync }))
    log.append(1, [bytes('one')])
    await log.flush()
    expect([...readLog(folder.path, 1, 1)].length).toBe(1)
    log.append(2, [bytes('two')])
    log.flushSync()
    expect([...readLog(folder.path, 1, 1)].map(({ payload }) => Buffer.from(payload).toString())).toEqual(['one', 'two'])
    log.close()
  })

  it('takes records that are longer than its ring', async () => {
    using folder = testFolder()
    const log = Log.create(folder.path, await logRegion(), options({ sync }))
    const long = new Uint8Array(3_000_001).map((_, i) => i * 31 + (i >>> 8))
    log.acknowledgedSync(log.append(1, [long.subarray(0, 7), long.subarray(7, 1_000_000), long.subarray(1_000_000)]))
    log.acknowledgedSync(log.append(2, []))
    log.close()
    const read = [...readLog(folder.path, 1, 1)]
    expect(read.map(({ sequence, payload }) => [sequence, payload.length])).toEqual([[1, 3_000_001], [2, 0]])
    expect(Buffer.compare(read[0].payload, long)).toBe(0)
  })
})

describe('a log', () => {
  it('goes on where the one before ended, in a segment of its own', async () => {
    using folder = testFolder()
    let next = 1
    for (let opening = 1; opening <= 4; opening++) {
      const first = lastSegment(folder.path) + 1
      const log = Log.create(folder.path, await logRegion(), options({ first, sequence: next }))
      for (let i = 0; i < 10; i++) log.append(next, [payloadOf(next++)])
      log.close()
      expect(countRecords(readLog(folder.path, 1, 1))).toBe(next - 1)
    }
    expect(countRecords(readLog(folder.path, 3, 21), 21)).toBe(20)
    expect(countRecords(readLog(folder.path, 1, 15), 15)).toBe(26)
  })

  it('is cut for a checkpoint, and what is older can be discarded', async () => {
    using folder = testFolder()
    const log = Log.create(folder.path, await logRegion(), options())
    log.append(1, [payloadOf(1)])
    log.append(2, [payloadOf(2)])
    const segment = log.cut()
    expect(segment).toBe(2)
    expect(log.segment).toBe(2)
    log.append(3, [payloadOf(3)])
    log.close()
    expect(countRecords(readLog(folder.path, 1, 1))).toBe(3)
    const next = Log.create(folder.path, await logRegion(), options({ first: 3, sequence: 4 }))
    next.discardBefore(segment)
    expect(readdirSync(folder.path).sort()).toEqual([segmentName(2), segmentName(3)])
    next.close()
    expect(countRecords(readLog(folder.path, segment, 3), 3)).toBe(1)
    expect(() => countRecords(readLog(folder.path, 1, 1))).toThrow(expect.objectContaining({ code: 'CORRUPT' }))
  })

  it('is written by no call before half of its ring is full, if nothing is promised', async () => {
    using folder = testFolder()
    const log = Log.create(folder.path, await logRegion(), options({ sync: 'off' }))
    const payload = new Uint8Array(1000)
    for (let sequence = 1; sequence <= 100; sequence++) await log.acknowledged(log.append(sequence, [payload]))
    expect(log.stats()).toEqual({ records: 100, bytes: 0, writes: 0, syncs: 0 })
    for (let sequence = 101; sequence <= 200; sequence++) log.append(sequence, [payload])
    expect(log.stats()).toMatchObject({ records: 200, writes: 1, syncs: 0 })
    log.close()
    expect([...readLog(folder.path, 1, 1)].length).toBe(200)
  })

  it('writes and syncs once for all who wait at the same time', async () => {
    using folder = testFolder()
    for (const sync of ['full', 'group'] as const) {
      const first = lastSegment(folder.path) + 1
      const log = Log.create(folder.path, await logRegion(), options({ sync, first, groupMs: 60_000 }))
      const waiting: Promise<void>[] = []
      for (let sequence = 1; sequence <= 200; sequence++) waiting.push(log.acknowledged(log.append(sequence, [bytes('x')])))
      await Promise.all(waiting)
      expect(log.stats()).toMatchObject({ records: 200, writes: 1, syncs: sync === 'full' ? 1 : 0 })
      log.close()
    }
  })

  it('lets commits gather while a sync is in flight', async () => {
    using folder = testFolder()
    const log = Log.create(folder.path, await logRegion(), options())
    const waiting = [log.acknowledged(log.append(1, [bytes('first')]))]
    await new Promise(setImmediate)
    for (let sequence = 2; sequence <= 50; sequence++) waiting.push(log.acknowledged(log.append(sequence, [bytes('x')])))
    await Promise.all(waiting)
    expect(log.stats().syncs).toBeLessThanOrEqual(2)
    log.close()
  })

  it('need not be waited for by a worker whose records another one has synced', async () => {
    using folder = testFolder()
    const region = await logRegion()
    const one = Log.create(folder.path, region, options())
    const two = Log.attach(folder.path, region)
    const first = one.append(1, [bytes('one')])
    const second = two.append(2, [bytes('two')])
    one.acknowledgedSync(first)
    two.acknowledgedSync(second)
    await two.acknowledged(second)
    expect([one.stats().syncs, two.stats().syncs]).toEqual([1, 0])
    const third = two.append(3, [bytes('three')])
    await Promise.all([two.acknowledged(third), one.flush()])
    one.cut()
    two.acknowledgedSync(two.append(4, [bytes('in the next segment')]))
    two.close()
    one.close()
    expect([...readLog(folder.path, 1, 1)].length).toBe(4)
  })

  it('serves a synchronous waiter while the same thread has an asynchronous sync in flight', async () => {
    using folder = testFolder()
    const log = Log.create(folder.path, await logRegion(), options())
    let isDone = false
    const waiting = log.acknowledged(log.append(1, [bytes('async')])).then(() => (isDone = true))
    await Promise.resolve()
    for (let sequence = 2; sequence <= 20; sequence++) log.acknowledgedSync(log.append(sequence, [bytes('sync')]))
    expect(isDone).toBe(false)
    await waiting
    log.close()
  })

  it("syncs what is written with 'group', by a timer or, where no timer can fire, by who comes later", async () => {
    using folder = testFolder()
    const log = Log.create(folder.path, await logRegion(), options({ sync: 'group', groupMs: 5 }))
    await log.acknowledged(log.append(1, [bytes('x')]))
    expect(log.stats().syncs).toBe(0)
    while (log.stats().syncs === 0) await new Promise((resolve) => setTimeout(resolve, 1))
    let sequence = 2
    while (log.stats().syncs === 1) log.acknowledgedSync(log.append(sequence, [bytes(String(sequence++))]))
    log.close()
    expect([...readLog(folder.path, 1, 1)].length).toBe(sequence - 1)
  })

  it('keeps its word to those who still wait when it is closed', async () => {
    for (const sync of modes) {
      using folder = testFolder()
      const log = Log.create(folder.path, await logRegion(), options({ sync }))
      const waiting = [1, 2, 3].map((sequence) => log.acknowledged(log.append(sequence, [payloadOf(sequence)])))
      waiting.push(log.flush())
      if (sync === 'full') await new Promise(setImmediate)
      log.close()
      await Promise.all(waiting)
      expect(countRecords(readLog(folder.path, 1, 1))).toBe(3)
    }
  })

  it('refuses what it cannot do', async () => {
    using folder = testFolder()
    const region = await logRegion()
    const code = (expected: string) => expect.objectContaining({ code: expected }) as Error
    for (const wrong of [{ sync: 'now' as SyncMode }, { groupMs: -1 }, { segmentBytes: 3 }, { first: 0 }, { sequence: 0.5 }]) {
      expect(() => Log.create(folder.path, region, options(wrong))).toThrow(code('BAD_OPTION'))
    }
    expect(() => Log.bytesFor(100_000)).toThrow(code('BAD_OPTION'))
    expect(() => Log.create(join(folder.path, 'none'), region, options())).toThrow(code('SYSTEM'))
    const log = Log.create(folder.path, region, options())
    expect(() => Log.create(folder.path, region, options())).toThrow(code('BAD_OPTION'))
    expect(() => log.append(2, [])).toThrow(code('BAD_OPTION'))
    log.append(1, [])
    log.close()
    log.close()
    expect(() => log.append(2, [])).toThrow(code('CLOSED'))
    await expect(log.acknowledged(4)).rejects.toThrow(code('CLOSED'))
    expect(() => Log.attach(folder.path, new Region(region.memory, 0, 8192))).toThrow(code('BAD_OPTION'))
    expect(existsSync(join(folder.path, segmentName(1)))).toBe(true)
  })
})
