// Processes that are killed while their workers take and give: after every kill the allocator in the file is recovered,
// by each backend in turn, and examined against what the workers had noted. What was owned is owned still, by one owner;
// lost is at most what the one operation of each worker had in hand that the kill hit; and errors that are planted into
// recovery are found in what the very same kills left.
import { Random } from '@parperos/alloc-api/conformance'
import { native as nativeMemory } from '@parperos/alloc-api/native'
import { canTest } from '@parperos/presets/backends'
import { describe, expect, it } from 'vitest'
import { examine, examineUse } from './support/crash/examine.ts'
import { encode, Journal, operation } from './support/crash/journal.ts'
import { readOwnership, type Doubt, type Ownership } from './support/crash/ownership.ts'
import { describeSummary, runRounds, type Summary } from './support/crash/rounds.ts'
import { complaintAfter, examineBrokenOff } from './support/crash/wreck.ts'
import { kinds } from './support/kinds.ts'
import { Look } from './support/look.ts'
import { open } from './support/open.ts'
import { soak } from './support/soak.ts'

/** Every pairing of backends five times. */
const ROUNDS = 45
const seed = 20_261_121
/** Under soak the first ones suffice for what is tested with the wrecks. */
const WRECKS = 60

let summary: Promise<Summary> | undefined
/** The rounds run once, for whichever test comes first. */
const rounds = (): Promise<Summary> =>
  (summary ??= runRounds({ rounds: ROUNDS * soak, seed, kinds, keptWrecks: WRECKS }))

describe.skipIf(!canTest(nativeMemory))('after the kill of a process with two workers', () => {
  it('everything that was owned is owned once, and one operation of each worker is in doubt at most', async () => {
    const figures = await rounds()
    console.log(describeSummary(figures))
    expect(figures.rounds).toBeGreaterThanOrEqual(ROUNDS * soak)
    expect(figures.roundsInDoubt).toBeGreaterThan(0)
    expect(figures.roundsWithCounters).toBeGreaterThan(0)
    expect(figures.roundsWithTrees).toBeGreaterThan(0)
    expect(figures.recoveryKills.hit + figures.recoveryKills.midst).toBeGreaterThan(0)
    expect(figures.continued).toBeGreaterThan(0)
  })

  it('a recovery that was broken off at any step, once or twice, is as good as none', async () => {
    const { wrecks } = await rounds()
    const random = new Random(seed)
    for (const [i, { bytes }] of wrecks.entries()) {
      const shares = Array.from({ length: 1 + (i % 2) }, () => random.below(1000) / 1000)
      await examineBrokenOff(bytes, shares, kinds[i % kinds.length])
    }
  })

  it('an allocator that is not recovered is found out', async () => {
    const { wrecks } = await rounds()
    const stale = wrecks.filter(({ report }) => report.counters + report.blocks + report.trees > 0)
    expect(stale.length).toBeGreaterThan(0)
    for (const { bytes } of stale) expect(await complaintAfter('nothing is recovered', bytes)).toMatch(/is \d+, expected \d+/)
  })

  it('a recovery that takes counters as the truth is found out', async () => {
    const { wrecks } = await rounds()
    const stale = wrecks.filter(({ report }) => report.counters > 0)
    expect(stale.length).toBeGreaterThan(0)
    for (const { bytes } of stale) expect(await complaintAfter('counters are taken as the truth', bytes)).toMatch(/the counter of huge frame/)
  })

  it('a recovery that leaves the counts of trees as they are is found out', async () => {
    const { wrecks } = await rounds()
    const stale = wrecks.filter(({ report }) => report.trees > 0)
    expect(stale.length).toBeGreaterThan(0)
    for (const { bytes } of stale) expect(await complaintAfter('trees keep their counts', bytes)).toMatch(/the count of free frames of tree/)
  })
})

describe('the examination finds', () => {
  const frames = 5 * 512 + 9
  const nothing: Ownership = { owned: [[], []], doubts: [] }

  it('nothing where everything is as it should be', async () => {
    using allocator = await open('sab', { frames })
    const [small, huge, doubtful] = [allocator.get(3), allocator.get(9), allocator.get(4)]
    const owned = [[{ frame: small, order: 3 }], [{ frame: huge, order: 9 }]]
    const doubts: Doubt[] = [{ operation: 'put', places: [{ frame: doubtful, order: 4 }], taken: 0 }]
    expect(examine(allocator, { owned, doubts })).toBe(16)
  })

  it('an owned block of which a frame is free', async () => {
    using allocator = await open('sab', { frames })
    const frame = allocator.get(3)
    allocator.put(frame + 5, 0)
    const owned = [[{ frame, order: 3 }], []]
    expect(() => examine(allocator, { ...nothing, owned })).toThrow(/block \d+ of order 3 is owned, all of it is allocated/)
  })

  it('a frame with two owners', async () => {
    using allocator = await open('sab', { frames })
    const frame = allocator.get(6)
    const owned = [[{ frame, order: 6 }], [{ frame: frame + 32, order: 1 }]]
    expect(() => examine(allocator, { ...nothing, owned })).toThrow(/of worker 1 has frame \d+ of another owned block/)
  })

  it.each([
    ['that no operation in doubt explains', []],
    ['that are more than it had in hand', [{ operation: 'get', places: [], taken: 7 }]],
    ['that lie elsewhere than what it gave back', [{ operation: 'put', places: [{ frame: 1024, order: 9 }], taken: 0 }]],
  ] satisfies [string, Doubt[]][])('lost frames %s', async (_, doubts) => {
    using allocator = await open('sab', { frames })
    allocator.get(3)
    expect(() => examine(allocator, { ...nothing, doubts })).toThrow(/8 frames from \d+ on are lost, in doubt is/)
  })

  it('a counter that is wrong, and a frame that cannot be had', async () => {
    using allocator = await open('sab', { frames })
    const look = new Look(allocator)
    look.words[look.treeAt(0)]--
    expect(() => examine(allocator, nothing)).toThrow(/the count of free frames of tree 0/)
    expect(() => examineUse(allocator, nothing)).toThrow(/frames that can be had/)
  })
})

describe('the journal', () => {
  const shape = { frames: 4096, treeHugeFrames: 8, entries: 64 }
  const newJournal = (): Journal =>
    Journal.create(new Int32Array(new SharedArrayBuffer(Journal.bytes(shape))), shape)

  it('tells what each worker owns when nothing is in doubt, and what is on its way between them', () => {
    const journal = newJournal()
    const [first, second] = [journal.worker(0), journal.worker(1)]
    first.begin(operation.get, 3, 0, 0)
    const entry = first.enter(encode(8, 3))
    first.commit()
    second.begin(operation.getAt, 9, 512, 0)
    second.enter(encode(512, 9))
    second.commit()
    expect(readOwnership(journal)).toEqual({ owned: [[{ frame: 8, order: 3 }], [{ frame: 512, order: 9 }]], doubts: [] })
    first.begin(operation.pass, 3, 8, 0)
    expect(journal.leave(5, encode(8, 3))).toBe(true)
    first.strike(entry)
    first.commit()
    expect(journal.leave(5, encode(512, 9))).toBe(false)
    expect(readOwnership(journal).owned).toEqual([[{ frame: 8, order: 3 }], [{ frame: 512, order: 9 }]])
    expect(journal.operations).toBe(3)
  })

  it('leaves a block in doubt while it is taken at a place, given back or passed on', () => {
    for (const name of ['getAt', 'put', 'pass', 'take'] as const) {
      const journal = newJournal()
      const worker = journal.worker(0)
      worker.enter(encode(64, 6))
      worker.enter(encode(128, 6))
      worker.begin(operation[name], 6, 64, 0)
      const places = [{ frame: 64, order: 6 }]
      const expected = { owned: [[{ frame: 128, order: 6 }], []], doubts: [{ operation: name, places, taken: 0 }] }
      expect(readOwnership(journal)).toEqual(expected)
    }
  })

  it('knows the rest of a block of which a part is being given back, whatever the table says yet', () => {
    const rest = [
      { frame: 256, order: 8 },
      { frame: 0, order: 7 },
      { frame: 128, order: 6 },
    ]
    for (const entered of [0, 1, 2, 3]) {
      const journal = newJournal()
      const worker = journal.worker(1)
      const entry = worker.enter(encode(0, 9))
      worker.writePart(6, 192)
      worker.begin(operation.putPart, 9, 0, 0)
      if (entered > 0) worker.strike(entry)
      for (const { frame, order } of rest.slice(0, entered)) worker.enter(encode(frame, order))
      const { owned, doubts } = readOwnership(journal)
      expect(owned).toEqual([[], rest])
      expect(doubts).toEqual([{ operation: 'putPart', places: [{ frame: 192, order: 6 }], taken: 0 }])
    }
  })

  it('leaves as many frames in doubt as a get or a batch may have taken, and every block of one given back', () => {
    const journal = newJournal()
    const [first, second] = [journal.worker(0), journal.worker(1)]
    first.begin(operation.getBatch, 2, 0, 5)
    second.writeFrames(Uint32Array.of(3, 9))
    second.begin(operation.putBatch, 0, 0, 2)
    const places = [{ frame: 3, order: 0 }, { frame: 9, order: 0 }]
    expect(readOwnership(journal).doubts).toEqual([
      { operation: 'getBatch', places: [], taken: 20 },
      { operation: 'putBatch', places, taken: 0 },
    ])
  })

  it('has one operation of each worker in doubt at most', () => {
    const journal = newJournal()
    const worker = journal.worker(0)
    worker.begin(operation.get, 0, 0, 0)
    worker.begin(operation.get, 0, 0, 0)
    expect(() => readOwnership(journal)).toThrow(/at most one operation in doubt/)
  })
})
