// Many rounds: every pairing of backends, recovered by each in turn, on allocators of several shapes; some files are new,
// some go on after a recovery. What the kills left is kept for the tests that plant errors into recovery.
import type { BackendKind, RecoveryReport } from '@parperos/alloc-api'
import { Random } from '@parperos/alloc-api/conformance'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createFile } from './file.ts'
import type { Shape } from './journal.ts'
import { RoundError, runRound, type Outcome, type Plan, type RecoveryKill } from './round.ts'
import { Victims } from './victims.ts'

/** In all of them the last tree is incomplete, in most the last huge frame too. */
const shapes: Shape[] = [
  { frames: 5 * 1024 + 77, treeHugeFrames: 2, entries: 4096 },
  { frames: 20 * 1024 + 515, treeHugeFrames: 8, entries: 8192 },
  { frames: 3 * 4096 + 512, treeHugeFrames: 8, entries: 4096 },
]
/** For recoveries that are killed: they are to take their time. */
const largeShape: Shape = { frames: 2 ** 19 + 9, treeHugeFrames: 32, entries: 8192 }

export interface RoundsOptions {
  /** At least so many rounds; more, up to four times as many, until the kills have hit what they are to hit. */
  rounds: number
  seed: number
  kinds: readonly BackendKind[]
  /** What the kills left is kept for so many rounds, those first in which something was mended. */
  keptWrecks: number
}

/** What a kill left, and what recovery had to mend in it. */
export interface Wreck {
  bytes: Uint8Array
  report: RecoveryReport
}

/** What came of all rounds together. */
export interface Summary {
  rounds: number
  operations: number
  /** In how many rounds an operation was in doubt, and how many operations were. */
  roundsInDoubt: number
  doubts: number
  /** Of each operation, how often it was in doubt. */
  doubtful: Record<string, number>
  /** In how many rounds counters of huge frames, huge blocks, counts of trees were mended. */
  roundsWithCounters: number
  roundsWithBlocks: number
  roundsWithTrees: number
  /** In how many rounds frames were lost, and how many. */
  roundsWithLoss: number
  lost: number
  recoveryKills: Record<RecoveryKill, number>
  /** How many rounds went on with the file of the one before. */
  continued: number
  wrecks: Wreck[]
}

/** Throws at the first round that fails; its message names the round, its seed, and the file that was kept. */
export async function runRounds(options: RoundsOptions): Promise<Summary> {
  const folder = mkdtempSync(join(tmpdir(), 'parperos-crash-'))
  const summary = nothing()
  const compiled = join(folder, 'compiled')
  await runIn(folder, options, summary).finally(() => rmSync(compiled, { recursive: true, force: true }))
  rmSync(folder, { recursive: true })
  return summary
}

async function runIn(folder: string, { rounds, seed, kinds, keptWrecks }: RoundsOptions, summary: Summary): Promise<void> {
  const random = new Random(seed)
  await using victims = new Victims(join(folder, 'compiled'))
  let path = ''
  let isLarge = false
  for (let round = 0; round < rounds || (round < 4 * rounds && !hasHit(summary)); round++) {
    if (path === '' || random.chance(0.4)) {
      if (path !== '') rmSync(path)
      path = join(folder, `round-${round}.memory`)
      isLarge = random.chance(0.3)
      await createFile(path, isLarge ? largeShape : shapes[random.below(shapes.length)])
    } else summary.continued++
    const plan = { ...planOf(round, kinds, random), path, killsRecovery: random.chance(isLarge ? 0.7 : 0.1) }
    try {
      note(summary, await runRound(victims, plan), keptWrecks)
    } catch (error) {
      throw failure(error, round, plan)
    }
  }
}

/** Whether an operation was in doubt and counters were stale: if not, the kills have tested nothing. */
const hasHit = ({ roundsInDoubt, roundsWithCounters, roundsWithTrees }: Summary): boolean =>
  roundsInDoubt > 0 && roundsWithCounters > 0 && roundsWithTrees > 0

/** Every pairing comes once in nine rounds; the backend that recovers changes from round to round, and with the nine. */
function planOf(round: number, kinds: readonly BackendKind[], random: Random): Pick<Plan, 'seed' | 'kinds' | 'recoverer'> {
  const pairing = round % kinds.length ** 2
  return {
    seed: random.next(),
    kinds: [kinds[pairing % kinds.length], kinds[Math.floor(pairing / kinds.length)]],
    recoverer: kinds[(round + Math.floor(round / kinds.length ** 2)) % kinds.length],
  }
}

function failure(error: unknown, round: number, plan: Plan): Error {
  const { path, seed, kinds, recoverer } = plan
  const { wreck, cause = error } = error instanceof RoundError ? error : {}
  if (wreck) writeFileSync(path, wreck)
  const what = `round ${round}, seed ${seed}: ${kinds.join(' and ')}, recovered by ${recoverer}`
  const again = `node packages/llfree/test/support/crash/examine-file.ts ${path} ${recoverer}`
  const kept = wreck ? `what the kill left is kept; to examine it again: ${again}` : `the file is ${path}`
  return new Error(`${what}: ${cause instanceof Error ? cause.message : String(cause)}\n${kept}`, { cause })
}

/** The figures in one sentence. */
export function describeSummary({ doubtful, recoveryKills: kills, ...figures }: Summary): string {
  const often = Object.entries(doubtful).map(([operation, times]) => `${operation} ${times}`)
  return [
    `${figures.rounds} kills in ${figures.operations} operations; in doubt in ${figures.roundsInDoubt} rounds`,
    `(${figures.doubts}: ${often.join(', ')}), frames lost in ${figures.roundsWithLoss} (${figures.lost});`,
    `counters mended in ${figures.roundsWithCounters}, huge blocks in ${figures.roundsWithBlocks}, trees in`,
    `${figures.roundsWithTrees}; recoveries killed: ${kills.midst} between two changes, ${kills.hit} before or behind`,
    `them, ${kills.missed} missed`,
  ].join(' ')
}

const nothing = (): Summary => ({
  rounds: 0,
  operations: 0,
  roundsInDoubt: 0,
  doubts: 0,
  doubtful: {},
  roundsWithCounters: 0,
  roundsWithBlocks: 0,
  roundsWithTrees: 0,
  roundsWithLoss: 0,
  lost: 0,
  recoveryKills: { none: 0, missed: 0, hit: 0, midst: 0 },
  continued: 0,
  wrecks: [],
})

function note(summary: Summary, { doubts, report, lost, ...outcome }: Outcome, keptWrecks: number): void {
  summary.rounds++
  summary.operations += outcome.operations
  summary.roundsInDoubt += Number(doubts.length > 0)
  summary.doubts += doubts.length
  for (const { operation } of doubts) summary.doubtful[operation] = (summary.doubtful[operation] ?? 0) + 1
  summary.roundsWithLoss += Number(lost > 0)
  summary.lost += lost
  summary.recoveryKills[outcome.recoveryKill]++
  if (report) noteReport(summary, { bytes: outcome.wreck, report }, keptWrecks)
}

const isMended = ({ report }: Wreck): boolean => report.counters + report.blocks + report.trees > 0

function noteReport(summary: Summary, wreck: Wreck, keptWrecks: number): void {
  const { wrecks } = summary
  summary.roundsWithCounters += Number(wreck.report.counters > 0)
  summary.roundsWithBlocks += Number(wreck.report.blocks > 0)
  summary.roundsWithTrees += Number(wreck.report.trees > 0)
  if (wrecks.length < keptWrecks) wrecks.push(wreck)
  else if (isMended(wreck)) {
    const other = wrecks.findIndex((one) => !isMended(one))
    if (other >= 0) wrecks[other] = wreck
  }
}
