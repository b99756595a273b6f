// The lock of a store when several find that of a process that is gone at the same time.
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { readdirSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import { expect, test } from 'vitest'
import { ProcessLock } from '../src/store/process-lock.ts'
import { testFolder } from './log/opened.ts'
import type { TakerCounts, TakerJob } from './process-lock/taker.ts'
import { soak } from './support/soak.ts'

const dead = (id: string): string => JSON.stringify({ pid: 2 ** 22 + 1, host: hostname(), began: '1', id })

test('of several that find a dead lock one has it at a time', async () => {
  using folder = testFolder()
  writeFileSync(join(folder.path, 'lock'), dead('first'))
  const untilMs = Date.now() + 3000 * soak
  const takers = [0, 1, 2, 3, 4, 5].map((worker) => {
    const workerData: TakerJob = { directory: folder.path, worker, untilMs }
    return new Worker(new URL('process-lock/taker.ts', import.meta.url), { workerData })
  })
  const counts = (await Promise.all(takers.map((taker) => once(taker, 'message')))).map(([answer]) => answer as TakerCounts)
  expect(counts.every(({ taken }) => taken > 10)).toBe(true)
  expect(counts.map(({ shared }) => shared)).toEqual([0, 0, 0, 0, 0, 0])
})

const rightTo = (path: string, text: string): string => `${path}.${createHash('sha256').update(text).digest('hex').slice(0, 16)}`

test('who died while it removed a dead lock, or the right to do that, is in nobody’s way', () => {
  using folder = testFolder()
  let path = join(folder.path, 'lock')
  for (const id of ['first', 'second', 'third']) {
    writeFileSync(path, dead(id))
    path = rightTo(path, dead(id))
  }
  const names = (): string[] => readdirSync(folder.path).filter((name) => name.startsWith('lock'))
  expect(names().length).toBe(3)
  const lock = new ProcessLock(folder.path)
  expect(names()).toEqual(['lock'])
  lock.release()
  expect(names()).toEqual([])
})
