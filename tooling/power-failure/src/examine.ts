// Examining a trace: for each state that a power failure can leave, recovery is run on it, and then the check. A state
// that fails is shrunk: as few units as possible keep losing stores, and those as few stores as possible, so that what
// is left says what was missing.
import { crashStates, type Coverage, type CrashOptions } from './crash-states.ts'
import type { CrashState } from './crash-state.ts'
import { explain, type ExplainOptions } from './explain.ts'
import type { Trace } from './trace.ts'
import type { Words } from '@parperos/observe'

export interface Examiner<Note> {
  /** Brings what the media hold into order, in place. The array is used again for the next state. */
  recover(media: Words, state: CrashState<Note>): void
  /** Throws when something is wrong with what was recovered. */
  check(media: Words, state: CrashState<Note>): void
}

export interface ExamineOptions extends CrashOptions, ExplainOptions {
  /** Look for this many failures before giving up. Default 1. */
  failuresAtMost?: number
}

/** A state that recovery or the check rejected. */
export interface CrashFailure<Note> {
  readonly state: CrashState<Note>
  /** What was thrown. */
  readonly error: unknown
  /** In which of the two. */
  readonly during: 'recover' | 'check'
  /** All of it in words. */
  readonly explanation: string
}

export interface Examination<Note> extends Coverage {
  failures: CrashFailure<Note>[]
}

/** Recovers and checks every crash state of a trace. */
export function examine<Note>(
  trace: Trace<Note>,
  examiner: Examiner<Note>,
  options: ExamineOptions = {},
): Examination<Note> {
  const { failuresAtMost = 1 } = options
  const media: Words = new Int32Array(new SharedArrayBuffer(trace.initial.byteLength))
  const failures: CrashFailure<Note>[] = []
  const states = crashStates(trace, options)
  for (const state of states) {
    const failure = examined(state, examiner, media)
    if (!failure) continue
    failures.push(shrunk(failure, examiner, media, options))
    if (failures.length >= failuresAtMost) break
  }
  return { ...states.coverage, failures }
}

type Found<Note> = Omit<CrashFailure<Note>, 'explanation'>

/** Recovers and checks one state; what was wrong with it, or null. */
function examined<Note>(state: CrashState<Note>, examiner: Examiner<Note>, media: Words): Found<Note> | null {
  let during: Found<Note>['during'] = 'recover'
  state.writeTo(media)
  try {
    examiner.recover(media, state)
    during = 'check'
    examiner.check(media, state)
    return null
  } catch (error) {
    return { state, error, during }
  }
}

function shrunk<Note>(
  first: Found<Note>,
  examiner: Examiner<Note>,
  media: Words,
  options: ExplainOptions,
): CrashFailure<Note> {
  let found = first
  for (const { unit, arrived, stores } of first.state.short) {
    for (let more = stores; more > arrived; more--) {
      const failure = examined(found.state.with(unit, more), examiner, media)
      if (!failure) continue
      found = failure
      break
    }
  }
  const { error, during } = found
  const said = error instanceof Error ? error.message : String(error)
  return { ...found, explanation: `${during} failed: ${said}\n${explain(found.state, options)}` }
}
