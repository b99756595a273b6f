// One round of the crash test: two workers of a process churn on the allocator in a file, the process is killed, the
// allocator is recovered, perhaps after a recovery that was killed too, and examined.
import type { BackendKind, RecoveryReport } from '@parperos/alloc-api'
import { Random } from '@parperos/alloc-api/conformance'
import { openMemory } from '@parperos/alloc-api/native'
import { setTimeout } from 'node:timers/promises'
import { LLFree } from '../../../src/index.ts'
import * as L from '../../../src/layout.ts'
import { backends } from '../backends.ts'
import { counterOf, shapeOf } from '../read-words.ts'
import { examineTruth, examineUse } from './examine.ts'
import { bytesOf, optionsOf, partsOf } from './file.ts'
import { phase } from './journal.ts'
import { readOwnership, type Doubt } from './ownership.ts'
import type { Victims } from './victims.ts'

/** The longest time from the moment at which the work is known to go on to the kill. */
const CHURN_MS = 30
const RECOVERY_MS = 8
/** A process that nobody kills ends itself after that time. */
const FORGOTTEN_MS = 60_000

export interface Plan {
  path: string
  seed: number
  /** The backends of the two workers. */
  kinds: BackendKind[]
  /** The backend that recovers. */
  recoverer: BackendKind
  /** Whether a process that recovers is killed before. */
  killsRecovery: boolean
}

/** Where a kill has hit a recovery: not at all, somewhere, between its first and its last change. */
export type RecoveryKill = 'none' | 'missed' | 'hit' | 'midst'

export interface Outcome {
  /** The whole file, as the kill left it. */
  wreck: Uint8Array
  doubts: Doubt[]
  /** How many operations the workers had done. */
  operations: number
  /** What recovery had to mend of what the workers left; null after a recovery that was killed. */
  report: RecoveryReport | null
  recoveryKill: RecoveryKill
  /** How many frames the operations in doubt took along. */
  lost: number
}

/** A round that has failed, with what the kill had left. */
export class RoundError extends Error {
  readonly wreck: Uint8Array | undefined

  constructor(cause: unknown, wreck: Uint8Array | undefined) {
    super(cause instanceof Error ? cause.message : String(cause), { cause })
    this.wreck = wreck
  }
}

/** Runs a round. At its end the file is recovered, its journal settled: the next round can go on with it. */
export async function runRound(victims: Victims, plan: Plan): Promise<Outcome> {
  const random = new Random(plan.seed)
  let wreck: Uint8Array | undefined
  try {
    await churnAndKill(victims, plan, random)
    using memory = await openMemory({ path: plan.path })
    wreck = bytesOf(memory)
    const { journal, words } = partsOf(memory)
    const ownership = readOwnership(journal)
    const operations = journal.operations
    if (plan.killsRecovery) scramble(words)
    const left = words.slice()
    if (plan.killsRecovery) await recoverAndKill(victims, plan, random)
    if (journal.phase === phase.restoring) words.set(left)
    const between = words.slice()
    using recovered = await LLFree.open({
      backend: backends[plan.recoverer],
      memory,
      ...optionsOf(journal),
      initial: 'recover',
    })
    const recoveryKill = plan.killsRecovery ? whereKilled(journal.phase, left, between, words) : 'none'
    const { recovered: report } = recovered.info()
    if (!report) throw new Error('an allocator that was recovered tells what was mended')
    const lost = examineTruth(recovered, ownership)
    recovered.putBatch(0, Uint32Array.from(lost))
    journal.settle(ownership.owned)
    const settled = words.slice()
    examineUse(recovered, ownership)
    words.set(settled)
    const { doubts } = ownership
    return { wreck, doubts, operations, report: plan.killsRecovery ? null : report, recoveryKill, lost: lost.length }
  } catch (error) {
    throw new RoundError(error, wreck)
  }
}

async function churnAndKill(victims: Victims, { path, kinds, seed }: Plan, random: Random): Promise<void> {
  const victim = await victims.next()
  await victim.start({ type: 'churn', path, kinds, seed, untilMs: Date.now() + FORGOTTEN_MS })
  await setTimeout(random.below(CHURN_MS + 1))
  await victim.kill()
}

async function recoverAndKill(victims: Victims, { path, recoverer: kind }: Plan, random: Random): Promise<void> {
  const victim = await victims.next()
  await victim.start({ type: 'recover', path, kind, untilMs: Date.now() + FORGOTTEN_MS })
  await setTimeout(random.below(RECOVERY_MS + 1))
  await victim.kill()
}

/**
 * Makes counters of huge frames and trees wrong, which recovery has to make right anyhow: so it has changes to make from
 * its beginning to its end.
 */
function scramble(words: Int32Array): void {
  const shape = shapeOf(words)
  for (let child = 0; child < shape.children; child++) {
    const counter = counterOf(words, shape, child)
    if (counter > L.childFrames) continue
    const wrong = (counter + 1 + (child % L.childFrames)) % (L.childFrames + 1)
    words[shape.childrenAt + (child >>> 1)] ^= (counter ^ wrong) << ((child & 1) << 4)
  }
  for (let tree = 0; tree < shape.trees; tree++) words[shape.treesAt + tree] ^= L.treeFreeMask
}

/** `left` by the first kill, found `between` the recoveries, at the `end`. */
function whereKilled(reached: number, left: Int32Array, between: Int32Array, end: Int32Array): RecoveryKill {
  if (reached !== phase.recovering) return 'missed'
  // Before the reservations stands who holds which slot.
  const from = left[L.headerLocalsAt]
  const bytes = (words: Int32Array): Buffer => Buffer.from(words.slice(from).buffer)
  return bytes(between).equals(bytes(left)) || bytes(between).equals(bytes(end)) ? 'hit' : 'midst'
}
