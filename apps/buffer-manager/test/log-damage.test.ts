// Damage to the files of a log, byte by byte: what is read is whole records in order up to the damaged place, and where a
// later record shows that what is lost was durable once, the damage is reported and not taken for a crash.
import { describe, expect, it } from 'vitest'
import { isCorrupt } from '../src/errors.ts'
import { Log } from '../src/log/log.ts'
import { readLog } from '../src/log/read.ts'
import { HEADER_BYTES, segmentName } from '../src/log/segment.ts'
import { Disk, type Contents } from './log/disk.ts'
import { logRegion, options } from './log/opened.ts'

const RECORDS = 24
const payload = (sequence: number): Uint8Array => new Uint8Array((sequence * 13) % 57).fill(sequence + 100)

interface Written {
  contents: Contents
  /** Where each record begins in its file, and which it is; by index. */
  begin: number[]
  segment: number[]
  /** The record that was the last durable one when this one was appended; by index. */
  durable: number[]
}

/** Two segments with records, of which some were synced before others were appended. */
async function written(): Promise<Written> {
  const disk = new Disk()
  const log = Log.create('', await logRegion(), options({ sync: 'group', groupMs: 60_000 }), disk)
  const result: Written = { contents: new Map(), begin: [], segment: [], durable: [] }
  let durable = -1
  let base = 0
  for (let i = 0; i < RECORDS; i++) {
    if (i === 16) {
      log.cut()
      base = log.end
    }
    if (i === 6 || i === 20) log.flushSync()
    if (i === 6 || i === 16 || i === 20) durable = i - 1
    result.begin.push(log.end - base + HEADER_BYTES)
    result.segment.push(log.segment)
    result.durable.push(durable)
    log.append(i + 1, [payload(i + 1)])
  }
  log.close()
  result.contents = disk.crash(disk.events.length, 'all')
  return result
}

/** How many records are read, all of them checked, and what was thrown at the end. */
function outcome(contents: Contents): { records: number; error: unknown } {
  let records = 0
  try {
    for (const { sequence, payload: found } of readLog('', 1, 1, new Disk(contents))) {
      if (sequence !== ++records) throw new Error(`record ${sequence} instead of ${records}`)
      expect(Buffer.compare(found, payload(sequence))).toBe(0)
    }
  } catch (error) {
    return { records, error }
  }
  return { records, error: null }
}

const damaged = (contents: Contents, segment: number, bytes: Uint8Array): Contents =>
  new Map([...contents, [segmentName(segment), bytes]])

const fileOf = (contents: Contents, segment: number): Uint8Array => {
  const bytes = contents.get(segmentName(segment))
  if (!bytes) throw new Error(`no segment ${segment}`)
  return bytes
}


describe('a damaged log', () => {
  it('is read up to the place, wherever one bit is flipped, and reported where that place was durable', async () => {
    const { contents, begin, segment, durable } = await written()
    const tally = { reported: 0, ended: 0 }
    for (const number of [1, 2]) {
      const file = fileOf(contents, number)
      for (let at = 0; at < file.length; at++) {
        const bytes = file.slice()
        bytes[at] ^= 1 << (at % 8)
        const { records, error } = outcome(damaged(contents, number, bytes))
        // The record that the byte belongs to; before all of a segment is its header.
        const hit = at < HEADER_BYTES ? segment.indexOf(number) : begin.findLastIndex((from, i) => segment[i] === number && from <= at)
        const isShown = at < HEADER_BYTES || durable.some((last) => last >= hit)
        const place = `byte ${at} of segment ${number}: ${String(error)}`
        expect(records, place).toBe(hit)
        expect(isCorrupt(error), place).toBe(isShown)
        if (!isShown) expect(error, place).toBe(null)
        tally[isShown ? 'reported' : 'ended']++
      }
    }
    expect(tally.reported).toBeGreaterThan(500)
    expect(tally.ended).toBeGreaterThan(100)
  })

  it('is read up to its end, wherever that is', async () => {
    const { contents, begin, segment } = await written()
    for (const number of [1, 2]) {
      const file = fileOf(contents, number)
      for (let length = 0; length < file.length; length++) {
        const { records, error } = outcome(damaged(contents, number, file.subarray(0, length)))
        const ends = begin.map((_, i) => (segment[i] === number ? (segment[i + 1] === number ? begin[i + 1] : file.length) : 0))
        const whole = segment.filter((of, i) => of < number || (of === number && ends[i] <= length)).length
        expect(records, `${length} bytes of segment ${number}`).toBe(whole)
        // The second segment says that all of the first was durable; no header is ever shorter.
        expect(isCorrupt(error)).toBe(number === 1 || length < HEADER_BYTES)
      }
    }
  })

  it('is reported when a segment is missing', async () => {
    const { contents } = await written()
    const without = (segment: number): Contents => new Map([...contents].filter(([name]) => name !== segmentName(segment)))
    expect(outcome(without(1))).toEqual({ records: 0, error: expect.objectContaining({ code: 'CORRUPT' }) as unknown })
    const third = new Map([...without(2), [segmentName(3), fileOf(contents, 2)]])
    expect(outcome(third)).toEqual({ records: 16, error: expect.objectContaining({ code: 'CORRUPT' }) as unknown })
    const renamed = new Map([[segmentName(1), fileOf(contents, 2)]])
    expect(outcome(renamed)).toEqual({ records: 0, error: expect.objectContaining({ code: 'CORRUPT' }) as unknown })
  })

  it('is not understood when it is of a newer version', async () => {
    const { contents } = await written()
    const { checksum } = await import('../src/pages/page.ts')
    const header = new Int32Array(fileOf(contents, 1).slice(0, HEADER_BYTES).buffer)
    header[1]++
    header[7] = checksum(header, 0, 7)
    const bytes = fileOf(contents, 1).slice()
    bytes.set(new Uint8Array(header.buffer))
    expect(outcome(damaged(contents, 1, bytes)).error).toMatchObject({ code: 'NEWER_VERSION' })
  })

  it('takes neither records of another file for its own, nor those that stand inside a value', async () => {
    const { contents: one, begin } = await written()
    const { contents: other } = await written()
    // The same records in the same places, but of another log.
    const bytes = fileOf(one, 1).slice()
    bytes.set(fileOf(other, 1).subarray(begin[3]), begin[3])
    expect(outcome(damaged(one, 1, bytes))).toEqual({ records: 3, error: expect.objectContaining({ code: 'CORRUPT' }) as unknown })
    // A value that is a copy of this very log, in whose place the log then breaks off.
    const disk = new Disk()
    const log = Log.create('', await logRegion(), options({ sync: 'group', groupMs: 60_000 }), disk)
    for (let i = 1; i <= 8; i++) {
      log.append(i, [payload(i)])
      log.flushSync()
    }
    const soFar = fileOf(disk.crash(disk.events.length, 'all'), 1)
    const at = log.end + HEADER_BYTES
    log.append(9, [soFar])
    log.close()
    const broken = fileOf(disk.crash(disk.events.length, 'all'), 1).slice()
    broken[at + 4] ^= 1
    expect(outcome(new Map([[segmentName(1), broken]]))).toEqual({ records: 8, error: null })
  })
})
