// Processes that write a log are killed (SIGKILL) at moments that only a seed decides, more or less: what they said was
// acknowledged is read back, and the next process goes on behind it.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { Random } from '@parperos/alloc-api/conformance'
import { describe, expect, it } from 'vitest'
import type { SyncMode } from '../src/api.ts'
import { readLog } from '../src/log/read.ts'
import { countRecords, testFolder } from './log/opened.ts'
import { soak } from './support/soak.ts'
import type { Victim } from './log/victim.ts'

const ROUNDS = 6 * soak

/** Lets one write, from that record on, and kills it; gives the last record that it said was acknowledged, or 0. */
async function killOne(work: Victim, delayMs: number): Promise<number> {
  const script = fileURLToPath(new URL('log/victim.ts', import.meta.url))
  const child = spawn(process.execPath, [script, JSON.stringify(work)], { stdio: ['ignore', 'pipe', 'inherit'] })
  try {
    let told = ''
    child.stdout.on('data', (data: Buffer) => (told += data.toString()))
    const closed = once(child, 'close')
    await Promise.race([once(child.stdout, 'data'), closed])
    await sleep(delayMs)
    child.kill('SIGKILL')
    expect((await closed)[1]).toBe('SIGKILL')
    // Whole lines only; in the asynchronous form they come in order too.
    return Math.max(...told.split('\n').slice(0, -1).map(Number))
  } finally {
    child.kill('SIGKILL')
  }
}

const modes: SyncMode[] = ['full', 'group', 'off']

describe('a killed process', () => {
  it.each(modes)(`keeps its word with sync '%s' (${ROUNDS} rounds)`, async (sync) => {
    using folder = testFolder()
    const random = new Random(modes.indexOf(sync))
    let sequence = 1
    let told = 0
    for (let round = 0; round < ROUNDS; round++) {
      const acknowledged = await killOne({ directory: folder.path, sync, sequence }, random.below(60))
      const last = countRecords(readLog(folder.path, 1, 1))
      // 'off' promises no more than a prefix: that the records are whole and in order was checked just now.
      if (sync !== 'off') expect(last, `round ${round}`).toBeGreaterThanOrEqual(acknowledged)
      expect(last).toBeGreaterThanOrEqual(sequence - 1)
      told += Math.max(acknowledged - sequence + 1, 0)
      sequence = last + 1
    }
    process.stderr.write(`${sync}: ${ROUNDS} processes killed, ${told} records acknowledged, ${sequence - 1} read\n`)
    expect(told).toBeGreaterThan(0)
  })
})
