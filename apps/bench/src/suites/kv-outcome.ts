// What the cells of the buffer-manager suite bring back, as entries of the report.
import { median, spreadOf } from '../measure/statistics.ts'
import type { KeyValueResults, StoreWork } from '../report/schema.ts'
import type { Outcome, Subject } from './kv-cases.ts'
import type { Records } from './suite.ts'

interface Phase {
  case: StoreWork['case']
  /** The samples' name; `<phase>Cpu` is its CPU time, where there is one. */
  phase: string
  method: string
  workers: number
  /** Waiting for a disk is in it, so that nobody can tell whether the machine was busy. */
  waits?: boolean
}

/** An entry; null where the cell has not measured that phase. */
export function workOf(
  { store, backend }: Subject,
  { case: name, phase, method, workers, waits = false }: Phase,
  { samples, latencies, pageReadsPerOp }: Outcome,
): StoreWork | null {
  if (!Object.hasOwn(samples.nsPerOp, phase)) return null
  const nsPerOp = spreadOf(samples.nsPerOp[phase])
  const cpu = Object.hasOwn(samples.nsPerOp, `${phase}Cpu`) ? samples.nsPerOp[`${phase}Cpu`] : null
  const cpuNsPerOp = cpu && spreadOf(cpu)
  const opsPerSecond = (workers * 1e9) / nsPerOp.median
  return {
    case: name,
    store,
    backend: backend ?? null,
    method,
    workers,
    nsPerOp,
    cpuNsPerOp,
    opsPerSecond,
    opsPerCpuSecond: cpuNsPerOp && 1e9 / cpuNsPerOp.median,
    pageReadsPerSecond: pageReadsPerOp === null || pageReadsPerOp === 0 ? null : pageReadsPerOp * opsPerSecond,
    latencies: latencies[phase] ?? null,
    cpuShare: waits ? null : median(samples.cpuShare),
    disturbedRounds: waits ? null : samples.disturbedRounds,
    rounds: samples.nsPerOp[phase].length,
  }
}

/** The bare reads beside ours, which are a measurement of their own. */
export function bareWork(depth: number, outcome: Outcome): StoreWork | null {
  const phase = { case: 'beyond', phase: 'bare', method: `depth ${depth}`, workers: 1, waits: true } as const
  const work = workOf({ store: 'parperos' }, phase, { ...outcome, pageReadsPerOp: 1 })
  return work && { ...work, store: 'io_uring loop' }
}

export function addWorks(records: Records, ...works: (StoreWork | null)[]): void {
  keyValueOf(records).works.push(...works.filter((one) => one !== null))
}

export function keyValueOf(records: Records): KeyValueResults {
  records.keyValue ??= { works: [], memory: [] }
  return records.keyValue
}
