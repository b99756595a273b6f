// What the project aims at with page areas: each figure is computed from the entries that the exmap suite wrote, and is
// absent when they were not measured.
import { figure } from './figures.ts'
import type { Figure, PageWork } from './report/schema.ts'

type Wanted = Partial<Pick<PageWork, 'case' | 'backend' | 'way' | 'hugePages' | 'workers' | 'depth' | 'subject'>>

export function pageFigures(works: readonly PageWork[] = []): Figure[] {
  const find = (wanted: Wanted): PageWork | undefined =>
    works.find((work) => Object.entries(wanted).every(([key, value]) => work[key as keyof PageWork] === value))
  return [
    ...contiguous(find({ case: 'contiguous', subject: EXMAP, hugePages: false, workers: 1 }), '', ''),
    ...contiguous(find({ case: 'contiguous', subject: EXMAP, hugePages: true, workers: 1 }), '-huge-pages', ', huge pages'),
    scattered(find({ case: 'scattered', subject: EXMAP, workers: 1 })),
    ...WAYS.flatMap((way) => direct(find({ case: 'read-direct', subject: EXMAP, way, depth: DEPTH }), way, works)),
    ...WAYS.map((way) => cached(find({ case: 'read-cached', subject: EXMAP, way }), way)),
    address(find({ case: 'address', subject: EXMAP })),
  ].filter((one) => one !== undefined)
}

const EXMAP = 'ExMap'
const DEPTH = 64
const WAYS = ['move', 'table'] as const
type Way = (typeof WAYS)[number]

function contiguous(work: PageWork | undefined, id: string, what: string): Figure[] {
  if (!work?.times || !work.opsPerCpuSecond) return []
  const runs = `alloc+free of runs of 512 pages, native, way 'move'${what}, called by JS`
  const mega = work.opsPerCpuSecond / 1e6
  return [
    figure(`exmap-contiguous${id}-times-fault`, `${runs}, × fault + MADV_DONTNEED in C`, work.times.median, 8, 'higher'),
    figure(`exmap-contiguous${id}-mpairs`, `${runs}, million pairs per CPU-second`, mega, 5, 'higher'),
  ]
}

function scattered(work: PageWork | undefined): Figure | undefined {
  if (!work?.times) return undefined
  const title = "alloc+free of 512 scattered pages, native, way 'move', called by JS, × fault + process_madvise in C"
  return figure('exmap-scattered-times-process-madvise', title, work.times.median, 1, 'higher')
}

/** Against the loop of the same rounds, and against fio where it is installed. */
function direct(exmap: PageWork | undefined, way: Way, works: readonly PageWork[]): (Figure | undefined)[] {
  const fio = works.find((work) => work.case === 'read-direct' && work.depth === DEPTH && work.subject.startsWith('fio'))
  if (!exmap?.times) return []
  const title = `random 4 KiB reads past the page cache, native, way '${way}', depth ${DEPTH} on both sides, % of`
  const share = (id: string, peer: string, value: number): Figure =>
    figure(`exmap-read-direct-${way}-percent-of-${id}`, `${title} ${peer}`, 100 * value, 90, 'higher')
  return [
    share('ring', 'the bare io_uring loop in C', exmap.times.median),
    fio && share('fio', fio.subject, exmap.opsPerSecond / fio.opsPerSecond),
  ]
}

function cached(work: PageWork | undefined, way: Way): Figure | undefined {
  if (!work?.opsPerCpuSecond) return undefined
  const title = `random 4 KiB reads from the page cache, native, way '${way}', million pages per CPU-second`
  return figure(`exmap-read-cached-${way}-mpages`, title, work.opsPerCpuSecond / 1e6, 1, 'higher')
}

function address(work: PageWork | undefined): Figure | undefined {
  if (!work?.times) return undefined
  const title = 'address(page), sab, × a plain array read'
  return figure('exmap-address-sab-times-read', title, work.times.median, 1.3, 'lower')
}
