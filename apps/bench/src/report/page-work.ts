// What the exmap suite measured, arranged for a reader: a table for each kind of work, ExMap above what it is compared with.
import { short, workersText } from './format.ts'
import type { Cells } from './cells.ts'
import type { PageWork } from './schema.ts'

const titles: Record<PageWork['case'], string> = {
  contiguous: 'alloc + free of runs of 512 pages',
  scattered: 'alloc + free of 512 scattered pages',
  accounting: 'frame accounting alone: no page table of the processor is changed',
  'read-direct': 'random reads of 4 KiB past the page cache',
  'read-cached': 'random reads of 4 KiB from the page cache',
  free: 'free of the pages that were read',
  address: 'address of a page, as a multiple of a read',
}

const backends = { sab: 'TypeScript', wasm: 'Wasm', native: 'native' }

export interface PageGroup {
  case: PageWork['case']
  title: string
  works: PageWork[]
}

/** In the order of the titles. */
export const pageGroupsOf = (works: readonly PageWork[] = []): PageGroup[] =>
  (Object.keys(titles) as PageWork['case'][])
    .map((name) => ({ case: name, title: `page area: ${titles[name]}`, works: works.filter((work) => work.case === name) }))
    .filter(({ works: those }) => those.length > 0)

export const pageCells = ({ works }: PageGroup): Cells => ({
  heads: ['', '', 'ns', 'p25 – p75', 'CPU ns', 'M/s', 'M/CPU-s', 'compared'],
  rows: works.map((work) => {
    const { median, p25, p75 } = work.nsPerOp
    return [
      subjectText(work),
      [workersText(work.workers), ...(work.depth === null ? [] : [`depth ${work.depth}`])].join(', '),
      short(median),
      `${short(p25)} – ${short(p75)}`,
      work.cpuNsPerOp ? short(work.cpuNsPerOp.median) : '',
      short(work.opsPerSecond / 1e6),
      work.opsPerCpuSecond === null ? '' : short(work.opsPerCpuSecond / 1e6),
      work.times ? `× ${work.times.median.toFixed(2)}` : '',
    ]
  }),
})

function subjectText({ subject, backend, way, hugePages }: PageWork): string {
  if (backend === null) return subject
  return `${subject}, ${backends[backend]}, '${way}'${hugePages ? ', huge pages' : ''}`
}
