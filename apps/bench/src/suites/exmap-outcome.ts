// What the cells of the exmap suite bring back, as entries of the report: ExMap first, with how it compares, then what it
// is compared with.
import { median, spreadOf, type Spread } from '../measure/statistics.ts'
import type { PageWork } from '../report/schema.ts'
import type { PagesInput, ReadSeries } from './exmap-cases.ts'
import type { Samples } from './llfree-outcome.ts'

const EXMAP = 'ExMap'

/** What stands beside ExMap, by case; in all of them but the last it is a loop in C. */
const PEERS = {
  contiguous: 'fault + MADV_DONTNEED',
  scattered: 'fault + process_madvise',
  'read-direct': 'io_uring loop',
  'read-cached': 'io_uring loop',
  address: 'plain array read',
} as const

type Subject = Pick<PageWork, 'case' | 'backend' | 'way' | 'hugePages' | 'workers' | 'depth'>

/** CPU time counts: it is the same work in the same kernel, and time is the machine's affair. */
export function pagesWork(
  { case: name, backend, hugePages }: Pick<PagesInput, 'case' | 'backend' | 'hugePages'>,
  workers: number,
  samples: Samples,
): PageWork[] {
  const way = name === 'accounting' ? 'table' : 'move'
  const subject: Subject = { case: name, backend, way, hugePages, workers, depth: null }
  const { exmapCpu, bareCpu, movesCpu } = samples.nsPerOp
  const exmap = workOf(subject, EXMAP, samples, ['exmap', 'exmapCpu'])
  if (name === 'accounting') return [exmap]
  return [
    { ...exmap, times: ratio(bareCpu, exmapCpu) },
    workOf(bare(subject), PEERS[name], samples, ['bare', 'bareCpu']),
    ...('movesCpu' in samples.nsPerOp
      ? [{ ...workOf(bare(subject), 'UFFDIO_MOVE loop', samples, ['moves', 'movesCpu']), times: ratio(bareCpu, movesCpu) }]
      : []),
  ]
}

/** Past the page cache the disk's time counts, from the cache CPU time. */
export function readsWork(name: 'read-direct' | 'read-cached', { way, depth }: ReadSeries, samples: Samples): PageWork[] {
  const subject: Subject = { case: name, backend: 'native', way, hugePages: false, workers: 1, depth }
  const { exmap, exmapCpu, bare: theirs, bareCpu } = samples.nsPerOp
  const direct = name === 'read-direct'
  const times = direct ? ratio(theirs, exmap) : ratio(bareCpu, exmapCpu)
  const works = [
    { ...workOf(subject, EXMAP, samples, ['exmap', 'exmapCpu']), times },
    workOf(bare(subject), PEERS[name], samples, ['bare', 'bareCpu']),
  ]
  const waits = { cpuShare: null, disturbedRounds: null }
  const freeing = workOf({ ...subject, case: 'free', depth: null }, EXMAP, samples, ['free', 'freeCpu'])
  return [...(direct ? works.map((work) => ({ ...work, ...waits })) : works), freeing]
}

/** fio's own number, over all of its time. */
export function fioWork({ depth }: ReadSeries, version: string, readsPerSecond: number): PageWork {
  const ns = 1e9 / readsPerSecond
  const subject: Subject = { case: 'read-direct', backend: null, way: null, hugePages: false, workers: 1, depth }
  return {
    ...subject,
    subject: version,
    nsPerOp: { median: ns, p25: ns, p75: ns },
    cpuNsPerOp: null,
    opsPerSecond: readsPerSecond,
    opsPerCpuSecond: null,
    times: null,
    cpuShare: null,
    disturbedRounds: null,
    rounds: 1,
  }
}

/** Here less is better: how long a lookup takes, as a multiple of a read. */
export function addressWork(samples: Samples): PageWork[] {
  const subject: Subject = { case: 'address', backend: 'sab', way: 'table', hugePages: false, workers: 1, depth: null }
  const { exmap, bare: plain } = samples.nsPerOp
  return [
    { ...workOf(subject, EXMAP, samples, ['exmap']), times: ratio(exmap, plain) },
    workOf(bare(subject), PEERS.address, samples, ['bare']),
  ]
}

const bare = (subject: Subject): Subject => ({ ...subject, backend: null, way: null, hugePages: false })

function workOf(of: Subject, subject: string, samples: Samples, [wall, cpu]: [wall: string, cpu?: string]): PageWork {
  const nsPerOp = spreadOf(samples.nsPerOp[wall])
  const cpuNsPerOp = cpu === undefined ? null : spreadOf(samples.nsPerOp[cpu])
  return {
    ...of,
    subject,
    nsPerOp,
    cpuNsPerOp,
    opsPerSecond: (of.workers * 1e9) / nsPerOp.median,
    opsPerCpuSecond: cpuNsPerOp && 1e9 / cpuNsPerOp.median,
    times: null,
    cpuShare: median(samples.cpuShare),
    disturbedRounds: samples.disturbedRounds,
    rounds: samples.nsPerOp[wall].length,
  }
}

/** Round by round, so that what disturbs a round disturbs both of its sides. */
const ratio = (above: readonly number[], below: readonly number[]): Spread => spreadOf(above.map((ns, i) => ns / below[i]))
