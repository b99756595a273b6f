// A process that goes through the seeds of one part of the corruption test with one backend. It notes each seed before it
// begins with it, so that whoever watches it knows which one it hangs in or has died of, and prints what came of all.
import type { BackendKind, ErrorCode } from '@parperos/alloc-api'
import assert from 'node:assert/strict'
import { openSync, writeSync } from 'node:fs'
import { recoverDamaged } from './recover-damaged.ts'
import { makeSubjects, type Subject } from './subjects.ts'
import { prepare, type Field, type Trial } from './trial.ts'
import { attachDamaged, foreignWords, useDamaged } from './use-damaged.ts'

export interface Job {
  part: keyof typeof parts
  kind: BackendKind
  fields: Field[]
  /** Seeds from the first to the one before the last. */
  from: number
  to: number
  /** The file in which the current seed is noted. */
  progress: string
}

/** How often each thing came of a seed. */
export type Tally = Record<string, number>

/** How much is done with a damaged allocator. */
const STEPS = 30

const parts = {
  async recover(trial: Trial, kind: BackendKind): Promise<string[]> {
    const outcome = await recoverDamaged(trial, kind)
    if (typeof outcome === 'string') return [outcome]
    const { report, lookFree } = outcome
    const mended = Object.entries(report).flatMap(([what, count]) => (count > 0 ? [what] : []))
    if (lookFree === 0) return ['recovered', ...mended]
    return ['recovered', ...mended, report.counters > 0 ? 'lookFreeCounted' : 'lookFreeUnseen']
  },

  /** Recovery is left out. */
  async use(trial: Trial, kind: BackendKind, subjects: readonly Subject[]): Promise<string[]> {
    const foreign = foreignWords(subjects, trial.subject)
    const allocator = await attachDamaged(trial, kind)
    if (typeof allocator === 'string') return [allocator]
    const codes: ErrorCode[] = useDamaged(allocator, trial, STEPS)
    allocator.close()
    assert.deepEqual(foreignWords(subjects, trial.subject), foreign, 'words of others are left alone')
    return ['attached', ...codes]
  },

  /** For the test of whoever watches. */
  async hang(): Promise<string[]> {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)
    return []
  },

  async die(): Promise<string[]> {
    process.kill(process.pid, 'SIGSEGV')
    return await new Promise(() => undefined)
  },
}

async function run({ part, kind, fields, from, to, progress }: Job): Promise<Tally> {
  const tally: Tally = {}
  const note = openSync(progress, 'w')
  const subjects = await makeSubjects(1)
  for (let seed = from; seed < to; seed++) {
    writeSync(note, `${seed}\n`, 0)
    try {
      for (const what of await parts[part](prepare(subjects, fields, seed), kind, subjects)) tally[what] = (tally[what] ?? 0) + 1
    } catch (error) {
      throw new Error(`seed ${seed} of ${part} with ${kind}, in ${fields.join()}`, { cause: error })
    }
  }
  return tally
}

console.log(JSON.stringify(await run(JSON.parse(process.argv[2]) as Job)))
