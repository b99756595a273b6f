// Starts processes that work on a store, and kills them. What they have told by then is what the next one has to find.
import { Random } from '@parperos/alloc-api/conformance'
import { hooksUrl, MUTANTS, type Mutant } from '@parperos/observe'
import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import type { StoreOptions } from '../../src/index.ts'
import type { Told } from '../durability/verify.ts'
import type { Assignment } from './assignment.ts'

const child = fileURLToPath(new URL('child.ts', import.meta.url))

/** A round lasts no longer, however few commits there were. */
const MOST_MS = 1500

/** What came of some rounds. */
export interface Outcome {
  rounds: number
  acknowledged: number
  /** Commits that were found in the log and committed again. */
  recovered: number
  /** Rounds that ended while the store was being opened. */
  whileOpening: number
}

export class Rounds {
  readonly outcome: Outcome = { rounds: 0, acknowledged: 0, recovered: 0, whileOpening: 0 }
  readonly #assignment: Assignment
  readonly #random: Random
  readonly #mutants: readonly Mutant[]

  /** The processes have these errors in them. */
  constructor(
    directory: string,
    options: StoreOptions,
    lanes: readonly string[],
    seed: number,
    mutants: readonly Mutant[] = [],
  ) {
    this.#assignment = { directory, seed, options, lanes: lanes.map((name) => ({ name, count: 0 })), told: [] }
    this.#random = new Random(seed)
    this.#mutants = mutants
  }

  /** What the last processes have told, for who opens the store now. */
  get assignment(): Assignment {
    return this.#assignment
  }

  /**
   * Kills one process, mostly while it works, sometimes while it opens the store. Rejects with what a process complains
   * of.
   */
  async round(): Promise<void> {
    const assignment = this.#assignment
    const isHasty = this.#random.chance(0.2)
    const delayMs = isHasty ? 100 + this.#random.below(250) : this.#random.below(4)
    let enough = 1 + this.#random.below(this.#random.chance(0.3) ? 20 : 1500)
    const args = this.#mutants.length > 0 ? ['--import', hooksUrl, child] : [child]
    const process = spawn(globalThis.process.execPath, args, {
      stdio: ['pipe', 'ignore', 'pipe', 'pipe'],
      env: { ...globalThis.process.env, [MUTANTS]: JSON.stringify(this.#mutants) },
    })
    // It may be killed before it has read all of that.
    process.stdin?.on('error', () => undefined)
    process.stdin?.end(JSON.stringify(assignment))
    let complaint = ''
    let hasOpened = false
    const kill = (afterMs: number): unknown => setTimeout(() => process.kill('SIGKILL'), afterMs)
    if (isHasty) kill(delayMs)
    process.stderr?.on('data', (text: Buffer) => (complaint += text.toString()))
    for await (const line of createInterface({ input: process.stdio[3] as Readable })) {
      const [what, lane, number] = line.split(' ')
      if (what === 'failed') complaint = line
      else if (what === 'opened') {
        const { commits, lanes } = JSON.parse(line.slice('opened '.length)) as Pick<Assignment, 'lanes'> & {
          commits: number
        }
        this.outcome.recovered += commits
        assignment.lanes = lanes
        assignment.told = []
        hasOpened = true
        if (!isHasty) kill(MOST_MS)
      } else if (what === 'begun' || what === 'acknowledged') {
        assignment.told.push({ what, lane, number: Number(number) } satisfies Told)
        if (what !== 'acknowledged') continue
        this.outcome.acknowledged++
        if (--enough === 0 && !isHasty) kill(delayMs)
      }
    }
    if (process.exitCode === null && process.signalCode === null) {
      await new Promise((resolve) => process.once('exit', resolve))
    }
    if (complaint !== '' || process.signalCode !== 'SIGKILL') {
      throw new Error(`seed ${assignment.seed}, round ${this.outcome.rounds + 1}: ${complaint || 'it ended by itself'}`)
    }
    this.outcome.rounds++
    if (!hasOpened) this.outcome.whileOpening++
  }
}
