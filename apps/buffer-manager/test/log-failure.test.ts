// A disk that is full, or that fails: nothing that could not be written is called safe, the log takes nothing more, and what
// was acknowledged is read back.
import { spawnSync } from 'node:child_process'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { nodeFiles, type LogFiles } from '../src/log/files.ts'
import { Log } from '../src/log/log.ts'
import { lastSegment, readLog } from '../src/log/read.ts'
import { countRecords, logRegion, options, payloadOf, testFolder } from './log/opened.ts'

const systemError = (code: string): Error => Object.assign(new Error(`${code}: planted`), { code })
const coded = (code: string): Error => expect.objectContaining({ code }) as Error

interface Faults {
  write?: string | undefined
  sync?: string | undefined
  /** Bytes of one call, at most. */
  atMost?: number
}

/** The real files, which fail as soon as `faults` says so. */
function failing(faults: Faults): LogFiles {
  const check = (code: string | undefined): void => {
    if (code !== undefined) throw systemError(code)
  }
  return {
    ...nodeFiles,
    write: (fd, bytes, from, length, position) => {
      check(faults.write)
      return nodeFiles.write(fd, bytes, from, Math.min(length, faults.atMost ?? length), position)
    },
    syncNow: (fd) => {
      check(faults.sync)
      nodeFiles.syncNow(fd)
    },
    sync: (fd, done) => {
      nodeFiles.sync(fd, (error) => done(faults.sync === undefined ? error : systemError(faults.sync)))
    },
  }
}

const errors = [
  ['ENOSPC', 'DISK_FULL'],
  ['EDQUOT', 'DISK_FULL'],
  ['EIO', 'SYSTEM'],
  ['EROFS', 'READ_ONLY'],
] as const

describe.each(errors)('%s', (error, code) => {
  it.each(['write', 'sync'] as const)('in a %s fails the log for good and for every worker', async (where) => {
    for (const form of ['async', 'sync']) {
      using folder = testFolder()
      const faults: Faults = {}
      const region = await logRegion()
      const log = Log.create(folder.path, region, options(), failing(faults))
      const other = Log.attach(folder.path, region, failing({}))
      await log.acknowledged(log.append(1, [payloadOf(1)]))
      faults[where] = error
      const end = log.append(2, [payloadOf(2)])
      if (form === 'sync') expect(() => log.acknowledgedSync(end)).toThrow(coded(code))
      else await expect(log.acknowledged(end)).rejects.toThrow(coded(code))
      faults[where] = undefined
      for (const any of [log, other]) {
        expect(() => any.append(3, [payloadOf(3)])).toThrow(coded(code))
        expect(() => any.acknowledgedSync(end)).toThrow(coded(code))
        expect(() => any.flushSync()).toThrow(coded(code))
        expect(() => any.cut()).toThrow(coded(code))
        await expect(any.acknowledged(end)).rejects.toThrow(coded(code))
        await expect(any.flush()).rejects.toThrow(coded(code))
        any.close()
      }
      expect(countRecords(readLog(folder.path, 1, 1))).toBeGreaterThanOrEqual(1)
    }
  })
})

describe('a log', () => {
  it('tells everybody who waits when a sync fails that serves them all', async () => {
    using folder = testFolder()
    const faults: Faults = {}
    const log = Log.create(folder.path, await logRegion(), options(), failing(faults))
    faults.sync = 'EIO'
    const waiting = [1, 2, 3].map((sequence) => log.acknowledged(log.append(sequence, [payloadOf(sequence)])))
    await new Promise(setImmediate)
    const results = await Promise.allSettled([...waiting, log.flush()])
    expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected', 'rejected'])
    log.close()
  })

  it("says so at the next call when a sync of 'group' fails", async () => {
    using folder = testFolder()
    const faults: Faults = {}
    const log = Log.create(folder.path, await logRegion(), options({ sync: 'group', groupMs: 1 }), failing(faults))
    faults.sync = 'EIO'
    await log.acknowledged(log.append(1, [payloadOf(1)]))
    const appending = async (): Promise<void> => {
      for (let sequence = 2; ; sequence++) {
        log.append(sequence, [])
        await new Promise((resolve) => setTimeout(resolve, 1))
      }
    }
    await expect(appending()).rejects.toThrow(coded('SYSTEM'))
    log.close()
  })

  it('fails in append when the ring is full and cannot be written', async () => {
    using folder = testFolder()
    const faults: Faults = {}
    const log = Log.create(folder.path, await logRegion(), options({ sync: 'off' }), failing(faults))
    faults.write = 'ENOSPC'
    expect(() => log.append(1, [new Uint8Array(1_000_000)])).toThrow(coded('DISK_FULL'))
    expect(() => log.append(2, [])).toThrow(coded('DISK_FULL'))
    log.close()
    expect(countRecords(readLog(folder.path, 1, 1))).toBe(0)
  })

  it('is written all the same by calls that come short', async () => {
    using folder = testFolder()
    const log = Log.create(folder.path, await logRegion(), options(), failing({ atMost: 777 }))
    for (let sequence = 1; sequence <= 200; sequence++) log.append(sequence, [payloadOf(sequence)])
    log.close()
    expect(countRecords(readLog(folder.path, 1, 1))).toBe(200)
  })

  it('stays as it was when there is no room for another segment', async () => {
    using folder = testFolder()
    const faults: Faults = {}
    const log = Log.create(folder.path, await logRegion(), options({ sync: 'group' }), failing(faults))
    await log.acknowledged(log.append(1, [payloadOf(1)]))
    await log.flush()
    faults.write = 'ENOSPC'
    expect(() => log.cut()).toThrow(coded('DISK_FULL'))
    faults.write = undefined
    log.append(2, [payloadOf(2)])
    expect(log.cut()).toBe(2)
    log.append(3, [payloadOf(3)])
    log.close()
    expect(countRecords(readLog(folder.path, 1, 1))).toBe(3)
  })
})

const commands = { mount: 'mount', unmount: 'umount' }

/** A file system of so many bytes, where this process can mount one; otherwise why it cannot. */
function smallDisk(at: string, bytes: number): string | null {
  if (process.getuid?.() !== 0) return 'only root can mount a small file system'
  const given = ['-t', 'tmpfs', '-o', `size=${bytes}`, 'tmpfs', at]
  const { status, stderr, error } = spawnSync(commands.mount, given, { encoding: 'utf8' })
  return status === 0 ? null : (error?.message ?? stderr.trim())
}

/** Null, or why the test of a really full disk cannot run here. */
function smallDiskUnavailable(): string | null {
  using folder = testFolder()
  const problem = smallDisk(folder.path, 2 ** 20)
  if (problem === null) spawnSync(commands.unmount, [folder.path])
  else process.stderr.write(`no test on a disk that is really full: ${problem}\n`)
  return problem
}

describe.skipIf(smallDiskUnavailable() !== null)('a disk that is really full', () => {
  it.each(['full', 'group', 'off'] as const)("keeps what was acknowledged with sync '%s', and goes on when there is room", async (sync) => {
    using folder = testFolder()
    const path = join(folder.path, 'small')
    mkdirSync(path)
    expect(smallDisk(path, 2 ** 21)).toBe(null)
    try {
      const ballast = join(path, 'ballast')
      writeFileSync(ballast, new Uint8Array(2 ** 19))
      const log = Log.create(path, await logRegion(), options({ sync }))
      let acknowledged = 0
      const filling = async (): Promise<void> => {
        for (let sequence = 1; ; sequence++) {
          await log.acknowledged(log.append(sequence, [payloadOf(sequence)]))
          if (sync !== 'off') acknowledged = sequence
          else if (sequence === 500) {
            await log.flush()
            acknowledged = sequence
          }
        }
      }
      await expect(filling()).rejects.toThrow(coded('DISK_FULL'))
      log.close()
      const found = countRecords(readLog(path, 1, 1))
      expect(found).toBeGreaterThanOrEqual(acknowledged)
      expect(acknowledged).toBeGreaterThan(400)
      rmSync(ballast)
      const next = Log.create(path, await logRegion(), options({ first: lastSegment(path) + 1, sequence: found + 1 }))
      await next.acknowledged(next.append(found + 1, [payloadOf(found + 1)]))
      next.close()
      expect(countRecords(readLog(path, 1, 1))).toBe(found + 1)
    } finally {
      spawnSync(commands.unmount, [path])
    }
  })
})
