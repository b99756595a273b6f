// The package store: where its records come from, and that a value that is not what was stored is noticed.
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { debianRecords, stanzasOf } from '../src/kv/packages/debian.ts'
import { findRecords } from '../src/kv/packages/find.ts'
import { npmRecords } from '../src/kv/packages/npm.ts'
import { keyOf, recordsOf, valueOf, type Records } from '../src/kv/packages/record.ts'
import { Barrier, newBarrierWords } from '../src/measure/barrier.ts'
import { packageStore } from '../src/suites/package-store.ts'
import { job, type PackagesInput, type PackagesOutcome } from '../src/suites/package-store-job.ts'
import type { Records as ReportRecords, Settings } from '../src/suites/suite.ts'
import { emptyDirectory } from './directory.ts'

const stanza = (name: string, size = 1): string =>
  `Package: ${name}\nVersion: 1.2-3\nArchitecture: amd64\nSize: ${'9'.repeat(size)}`
const keysOf = (records: Records | null): string[] =>
  Array.from({ length: records?.count ?? 0 }, (_, i) => (records ? Buffer.from(keyOf(records, i)).toString() : ''))

/** A machine whose package lists say this. */
function machine(lists: Record<string, string>, status?: string) {
  const directory = emptyDirectory()
  const folder = join(directory.path, 'var/lib/apt/lists')
  mkdirSync(folder, { recursive: true })
  for (const [name, text] of Object.entries(lists)) writeFileSync(join(folder, name), text)
  if (status !== undefined) {
    mkdirSync(join(directory.path, 'var/lib/dpkg'), { recursive: true })
    writeFileSync(join(directory.path, 'var/lib/dpkg/status'), status)
  }
  return directory
}

describe('records', () => {
  test('of package lists stand in order under name, version and architecture, the first of several counts', () => {
    const text = `${stanza('zsh')}\n\n${stanza('bash')}\n\nNot: a package\n\n${stanza('bash', 5)}`
    using directory = machine({ a_Packages: text, a_InRelease: stanza('no') })
    const records = debianRecords(1e6, directory.path)
    expect(keysOf(records)).toEqual(['bash 1.2-3 amd64', 'zsh 1.2-3 amd64'])
    expect(records && Buffer.from(valueOf(records, 0)).toString()).toBe(stanza('bash'))
  })

  test('come from what is installed where there are no lists, and end where they get too many', () => {
    using directory = machine({}, `${stanza('one')}\n\n${stanza('two')}\n\n${stanza('three')}\n`)
    expect(debianRecords(1e6, directory.path)?.count).toBe(3)
    expect(debianRecords(stanza('one').length * 2, directory.path)?.count).toBe(2)
    using empty = emptyDirectory()
    expect(debianRecords(1e6, empty.path)).toBeNull()
  })

  test('a list that is kept compressed is left out where nothing can read it', () => {
    using directory = machine({ 'a_Packages.lz4': 'no text' }, stanza('one'))
    expect(debianRecords(1e6, directory.path)?.count).toBe(1)
  })

  test('the last stanza may end with one line break, with two, or with none', () => {
    for (const end of ['', '\n', '\n\n']) expect([...stanzasOf(Buffer.from(stanza('one') + end))]).toHaveLength(1)
  })

  test('of npm are the package.json files with a name and a version', () => {
    using directory = emptyDirectory()
    const put = (name: string, text: string): void => {
      mkdirSync(join(directory.path, name))
      writeFileSync(join(directory.path, name, 'package.json'), text)
    }
    put('b', '{"name": "b", "version": "2.0.0"}')
    put('a', '{"name": "a", "version": "1.0.0"}')
    put('broken', '{')
    put('nameless', '{"version": "1.0.0"}')
    expect(keysOf(npmRecords(1e6, directory.path))).toEqual(['a 1.0.0', 'b 2.0.0'])
    expect(npmRecords(1e6, join(directory.path, 'nameless'))).toBeNull()
  })

  test('are found on this machine, at most so many bytes of them', () => {
    const { count, bytes } = findRecords(2e6, process.cwd())
    expect(count).toBeGreaterThan(10)
    expect(bytes.length).toBeLessThan(3e6)
  })

  test('come from npm where there are too few packages', () => {
    using directory = machine({}, stanza('one'))
    expect(findRecords(1e6, process.cwd(), directory.path).source).toBe('package.json files of node_modules')
  })
})

describe('the job', () => {
  const input: PackagesInput = { backend: 'sab', bytesAtMost: 3e6, seed: 1, cwd: process.cwd() }
  const seat = { barrier: new Barrier(newBarrierWords(), 0, 1), worker: 0, workers: 1 }
  const measure = async (damage: (records: Records) => void): Promise<PackagesOutcome> => {
    const shared = await job.open(input, 1)
    damage(shared.records)
    return job.close(shared, input, [await job.work(shared, input, seat)])
  }

  test('reads, changes and reads again all records with pages from the file, and finds every value right', async () => {
    const { input: found, phases, wrongValues, get, put } = await measure(() => undefined)
    expect(phases.map(({ name }) => name)).toEqual(['load', 'query', 'update', 'query again'])
    expect(phases.map(({ operations }) => operations)).toEqual([
      ...[found.records, found.records, Math.ceil(found.records / 8), found.records],
    ])
    expect(wrongValues).toBe(0)
    const [load, query, update] = phases
    expect(load.writeBacks).toBeGreaterThan(0)
    expect(query.misses).toBeGreaterThan(0)
    expect(query.evictions).toBeGreaterThan(0)
    expect(update.operations).toBeGreaterThan(0)
    expect(get.p50).toBeLessThanOrEqual(get.p999)
    expect(put.p50).toBeLessThanOrEqual(put.p999)
    expect(found.cacheBytes).toBeLessThan(found.bytes)
  })

  test('counts a value that is not what was stored', async () => {
    const { wrongValues } = await measure((records) => {
      records.bytes[records.places[2]] ^= 1
    })
    // Record 0 is changed in the middle, from what the worker takes for its value: from then on the two agree.
    expect(wrongValues).toBe(1)
  })
})

test('the plan has a cell for each backend, and a wrong value fails the run', async () => {
  const settings: Settings = {
    ...{
      quick: true,
      timeMs: 1,
      rounds: 1,
      seed: 1,
      workers: [1, 2],
      backends: ['sab', 'native'],
      dir: undefined,
      cwd: '.',
    },
    runnable: [{ allocator: 'llfree', backend: 'sab' }],
  }
  const { measurements } = await packageStore.plan(settings)
  expect(measurements.map(({ cell }) => cell.label)).toEqual(['package store  sab  2 workers'])
  const records: ReportRecords = { results: [] }
  const latencies = { p50: 1, p99: 2, p999: 3 }
  const input = { source: 'made up', records: 1, bytes: 1, cacheBytes: 1 }
  const outcome: PackagesOutcome = {
    input,
    phases: [],
    residentPages: 1,
    wrongValues: 2,
    get: latencies,
    put: latencies,
  }
  expect(() => measurements[0].record(outcome, records)).toThrow('2 values were not what had been stored')
  expect(records.packageStore?.runs).toHaveLength(1)
  expect(recordsOf('none', []).count).toBe(0)
})
