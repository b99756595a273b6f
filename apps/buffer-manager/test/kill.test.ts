// SIGKILL at any moment: the process that opens the store next finds every commit that was acknowledged, the one that
// was under way as a whole or not at all, and nothing else; with `sync: 'off'` a prefix of what was committed.
import { canTest } from '@parperos/presets/backends'
import { nativeWith } from '@parperos/exmap/native'
import type { Mutant } from '@parperos/observe'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { open, type StoreOptions } from '../src/index.ts'
import { Lane } from './durability/lane.ts'
import { requireOrder, verify } from './durability/verify.ts'
import { Rounds } from './kill/rounds.ts'
import { soak } from './support/soak.ts'

const small = { cacheBytes: 1 << 20, maxBytes: 256 << 20, checkpointBytes: 1 << 18 } satisfies StoreOptions
const subjects: StoreOptions[] = [
  { backend: 'sab', sync: 'full', workers: 1 },
  { backend: 'sab', sync: 'group', workers: 3 },
  { backend: 'sab', sync: 'off', workers: 2 },
  { backend: 'native', sync: 'full', workers: 2 },
  { backend: 'native', sync: 'group', workers: 1 },
  { backend: 'native', sync: 'off', workers: 3 },
]
const canRunNative = canTest(nativeWith({ way: 'table' }))
/**
 * What a killed process leaves is the same on every file system; where syncing takes no time more is done in a round.
 */
const folderFor = ({ sync }: StoreOptions): string =>
  sync !== 'full' && existsSync('/dev/shm') ? '/dev/shm' : tmpdir()
const ROUNDS = 3 * soak

describe('a store whose process is killed', () => {
  it.each(subjects.filter(({ backend }) => backend === 'sab' || canRunNative))(
    "keeps what was acknowledged, and tears nothing: $backend, sync '$sync', $workers workers",
    { timeout: 60_000 * Math.max(1, soak) },
    async (subject) => {
      const seed = subjects.indexOf(subject) + 1
      const directory = mkdtempSync(join(folderFor(subject), 'parperos-kill-'))
      try {
        const names = Array.from({ length: 2 * (subject.workers ?? 1) }, (_, i) => `lane-${i}`)
        const rounds = new Rounds(directory, { ...small, ...subject }, names, seed)
        for (let round = 0; round < ROUNDS; round++) await rounds.round()
        const { lanes, told } = rounds.assignment
        const last = (what: string, name: string): number =>
          told.findLast((event) => event.what === what && event.lane === name)?.number ?? known(name)
        const known = (name: string): number => lanes.find((lane) => lane.name === name)?.count ?? 0
        const safe = subject.sync === 'off' ? known : (name: string) => last('acknowledged', name)
        await using store = await open(directory, { ...small, ...subject })
        const own = names.map((name) => new Lane(name, seed))
        requireOrder(told, await verify(store, own, safe, (name) => last('begun', name)))
        const { acknowledged, recovered, whileOpening } = rounds.outcome
        const moments = `${ROUNDS} rounds, ${whileOpening} of them while opening`
        const counts = `${moments}; ${acknowledged} commits, ${recovered} from the log`
        process.stderr.write(`killed: ${subject.backend} ${subject.sync} × ${subject.workers}: ${counts}\n`)
        expect(acknowledged).toBeGreaterThan(0)
      } finally {
        rmSync(directory, { recursive: true, force: true })
      }
    },
  )
})

const planted = (file: string, find: string, replace: string): Mutant => ({
  file: `apps/buffer-manager/src/${file}.ts`,
  find,
  replace,
})

/** Errors that killing has to find, or the above shows nothing. */
const wrong: Record<string, Mutant[]> = {
  'that acknowledges before it writes': [
    planted('log/log', "if (sync === 'group' && this.#shared.written() < words) return this.#writing.join(words)", ''),
    planted('log/log', 'if (this.#shared.written() < words) this.#writeOut()', ''),
  ],
  'that commits a part of a batch again': [
    planted('store/open', '[...readOperations(payload)]', '[...readOperations(payload)].slice(0, 3)'),
  ],
}

describe('the examination of kills', () => {
  it.each(Object.keys(wrong))('finds a store %s', async (name) => {
    const directory = mkdtempSync(join(folderFor({ sync: 'group' }), 'parperos-kill-'))
    try {
      const rounds = new Rounds(
        directory,
        { ...small, backend: 'sab', sync: 'group' },
        ['lane-0', 'lane-1'],
        9,
        wrong[name],
      )
      const examination = async (): Promise<void> => {
        for (let round = 0; round < 20; round++) await rounds.round()
      }
      await expect(examination()).rejects.toThrow(/lane-\d: \d+ commits were acknowledged/)
    } finally {
      rmSync(directory, { recursive: true, force: true })
    }
  })
})
