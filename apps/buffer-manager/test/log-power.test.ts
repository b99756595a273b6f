// The power fails at any moment of a run of the log, on a disk that loses, tears and reorders what was not synced: what is
// read afterwards is the records in order, up to some point, and with all that was acknowledged as durable.
import { Random } from '@parperos/alloc-api/conformance'
import { describe, expect, it } from 'vitest'
import type { SyncMode } from '../src/api.ts'
import { Log } from '../src/log/log.ts'
import { lastSegment, readLog } from '../src/log/read.ts'
import { Disk, type Contents } from './log/disk.ts'
import { countRecords, logRegion, options, payloadOf } from './log/opened.ts'
import { soak } from './support/soak.ts'

/** What is certain at some moment: the last record that is durable, and where the last checkpoint lets reading begin. */
interface Certain {
  durable: number
  segment: number
  sequence: number
}

type Made = (contents?: Contents) => Disk<Certain>

const plainDisk: Made = (contents) => new Disk(contents)
/** Short, so that several records share a sector; now and then some pages long. */
const payload = (sequence: number): Uint8Array => payloadOf(sequence, 900).subarray(0, 9000)

/** A run from what a crash has left, which is recovered first. Gives the disk with its record of what happened. */
async function run(made: Made, sync: SyncMode, random: Random, before: Contents, known: Certain): Promise<Disk<Certain>> {
  const disk = made(before)
  const certain = { ...known }
  const found = before.size === 0 ? 0 : countRecords(read(disk, known), known.sequence, payload)
  let next = known.sequence + found
  const first = lastSegment('', disk) + 1
  // What was certain is certain still; before the first opening, nothing is that could name a segment.
  if (before.size > 0) disk.note({ ...certain })
  const log = Log.create('', await logRegion(), options({ sync, groupMs: 1, first, sequence: next }), disk)
  const note = (durable: number): void => {
    certain.durable = Math.max(certain.durable, durable)
    disk.note({ ...certain })
  }
  note(next - 1)
  const waiting: Promise<void>[] = []
  for (let step = 0; step < 14; step++) {
    for (let i = random.below(6); i > 0; i--) {
      const sequence = next++
      const end = log.append(sequence, [payload(sequence)])
      if (random.below(3) > 0) continue
      const acknowledged = log.acknowledged(end)
      waiting.push(sync === 'full' ? acknowledged.then(() => note(sequence)) : acknowledged)
    }
    const sequence = next - 1
    const what = random.below(12)
    if (what === 0) waiting.push(log.flush().then(() => note(sequence)))
    if (what === 1) {
      log.flushSync()
      note(sequence)
    }
    if (what === 2) {
      // A checkpoint: what is before the cut is in the pages, and is not asked for any more.
      certain.segment = log.cut()
      certain.sequence = next
      note(sequence)
      log.discardBefore(certain.segment)
    }
    if (random.below(3) === 0) await new Promise(setImmediate)
  }
  await Promise.all(waiting)
  return disk
}

const read = (disk: Disk<Certain>, { segment, sequence }: Certain) => readLog('', segment, sequence, disk)

/** Throws unless what a crash left has all that is certain. */
function examine(contents: Contents, { durable, segment, sequence }: Certain, disk: Disk<Certain>): void {
  const last = sequence - 1 + countRecords(readLog('', segment, sequence, disk), sequence, payload)
  if (last < durable) throw new Error(`record ${durable} was durable, the last one is ${last} (${[...contents.keys()].join()})`)
}

/** Lets the power fail after each event of a run, several times; gives the number of states. */
async function examineRun(made: Made, sync: SyncMode, seed: number, perMoment: number): Promise<number> {
  const random = new Random(seed)
  let contents: Contents = new Map()
  let known: Certain = { durable: 0, segment: 1, sequence: 1 }
  let states = 0
  for (let generation = 0; generation < 3; generation++) {
    const disk = await run(made, sync, random, contents, known)
    const moments = disk.events.length
    const begin = disk.events.findIndex(({ kind }) => kind === 'note') + 1
    for (let at = begin; at <= moments; at++) {
      const certain = disk.noted(at)
      for (let i = 0; i < perMoment; i++) {
        const state = disk.crash(at, i === 0 ? 'none' : i === 1 ? 'all' : random)
        try {
          examine(state, certain, plainDisk(state))
        } catch (error) {
          throw new Error(`seed ${seed}, generation ${generation}, after ${at} of ${moments} events`, { cause: error })
        }
        states++
      }
    }
    const at = moments - random.below(moments - begin)
    contents = disk.crash(at, random)
    known = disk.noted(at)
  }
  return states
}

const modes: SyncMode[] = ['full', 'group', 'off']

describe('a power failure', () => {
  it.each(modes)("loses nothing that was durable, and tears nothing, with sync '%s'", async (sync) => {
    let states = 0
    for (let seed = 1; seed <= 3 * soak; seed++) states += await examineRun(plainDisk, sync, seed, 6)
    process.stderr.write(`${sync}: ${states} states after a power failure\n`)
    expect(states).toBeGreaterThan(800)
  })
})

/** Disks, or uses of them, that are wrong: each has to be found, or the above shows nothing. */
const wrong: Record<string, Made> = {
  'whose syncs of files do nothing': (contents) => {
    const disk = new Disk<Certain>(contents)
    disk.syncNow = () => undefined
    disk.sync = (_fd, done) => done(null)
    return disk
  },
  'whose asynchronous syncs end too early': (contents) => {
    const disk = new Disk<Certain>(contents)
    disk.sync = (_fd, done) => done(null)
    return disk
  },
  'whose folder is not synced': (contents) => {
    const disk = new Disk<Certain>(contents)
    disk.syncDirectory = () => undefined
    return disk
  },
  'on which names are given before the bytes are there': (contents) => {
    const disk = new Disk<Certain>(contents)
    const syncNow = disk.syncNow.bind(disk)
    const fresh = new Set<number>()
    const create = disk.create.bind(disk)
    disk.create = (path) => {
      const fd = create(path)
      fresh.add(fd)
      return fd
    }
    disk.syncNow = (fd) => {
      if (!fresh.has(fd)) syncNow(fd)
    }
    return disk
  },
}

describe('the examination of power failures', () => {
  it.each(Object.keys(wrong))('finds a disk %s', async (name) => {
    const found = async (): Promise<void> => {
      for (let seed = 1; seed <= 10; seed++) await examineRun(wrong[name], 'full', seed, 6)
    }
    await expect(found()).rejects.toThrow(/seed/)
  })
})
