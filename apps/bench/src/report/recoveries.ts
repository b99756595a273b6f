// Results of recovery arranged for a reader. They are not operations that come by the million: one table for each size
// of memory, a row for each implementation on each backend, the states that were recovered side by side, in
// milliseconds.
import type { Result } from './schema.ts'

const FRAME_BYTES = 4096
const TIB = 2 ** 40

const states: Record<string, string> = {
  'recovery-free': 'all free',
  'recovery-huge': 'all huge',
  'recovery-busy': 'busy',
}

export interface RecoveryRow {
  implementation: string
  backend: Result['backend']
  /** By state; undefined where that was not measured. */
  byState: (Result | undefined)[]
}

export interface Recovery {
  frames: number
  title: string
  /** What was recovered, in words. */
  states: string[]
  rows: RecoveryRow[]
}

export const isRecovery = ({ case: name }: Pick<Result, 'case'>): boolean => Object.hasOwn(states, name)

export const milliseconds = (ns: number): number => ns / 1e6

/** For a person: `recovery of 1 TiB, all free`. */
export const recoveryText = ({ case: name, frames }: Pick<Result, 'case' | 'frames'>): string =>
  `${titleOf(frames)}, ${states[name]}`

const titleOf = (frames: number): string => `recovery of ${(frames * FRAME_BYTES) / TIB} TiB`

export function recoveriesOf(results: readonly Result[]): Recovery[] {
  const bySize = Object.groupBy(results.filter(isRecovery), ({ frames }) => frames)
  return Object.values(bySize).map((members = []) => {
    const [{ frames }] = members
    const cases = Object.keys(states).filter((name) => members.some((one) => one.case === name))
    return { frames, title: titleOf(frames), states: cases.map((name) => states[name]), rows: rowsOf(members, cases) }
  })
}

function rowsOf(members: readonly Result[], cases: readonly string[]): RecoveryRow[] {
  const byRow = Object.groupBy(members, ({ implementation, backend }) => `${implementation} ${backend}`)
  return Object.values(byRow).map((those = []) => {
    const [{ implementation, backend }] = those
    return { implementation, backend, byState: cases.map((name) => those.find((one) => one.case === name)) }
  })
}
