// The tables of a report as heads and rows of plain text: the text report aligns them, the page marks them up.
import { backendText, megaOps, percent, short, thousands, wayOf, workersText } from './format.ts'
import type { Group } from './groups.ts'
import type { CacheRun, Figure } from './schema.ts'

export interface Cells {
  heads: string[]
  rows: string[][]
}

export function groupCells({ workers, rows }: Group): Cells {
  const heads = workers.flatMap((count) => [`${workersText(count)}: ns`, 'p25 – p75', 'cas', 'Mop/s'])
  const scaled = rows.some(({ scaling }) => scaling !== undefined)
  return {
    heads: ['', '', ...heads, scaled ? 'scaling' : ''],
    rows: rows.map((row) => [
      row.implementation,
      wayOf(row),
      ...row.byWorkers.flatMap((result) => {
        if (!result) return ['', '', '', '']
        const { median, p25, p75 } = result.nsPerOp
        return [short(median), `${short(p25)} – ${short(p75)}`, short(result.casUnits), megaOps(result.opsPerSecond)]
      }),
      row.scaling === undefined ? '' : `× ${row.scaling.toFixed(2)}`,
    ]),
  }
}

export const cacheCells = (runs: readonly CacheRun[]): Cells => ({
  heads: [
    '',
    '',
    'copy MB/s',
    'ns/call',
    'calls',
    'failed',
    'free huge',
    'possible',
    'fragmentation',
    'checksums',
  ],
  rows: runs.map((run) => [
    run.implementation,
    backendText(run),
    short(run.copyMegabytesPerSecond),
    short(run.allocatorNsPerCall),
    thousands(run.allocatorCalls),
    thousands(run.failedAllocations),
    short(run.freeHugeFrames),
    short(run.freeHugeFramesPossible),
    percent(run.fragmentation),
    run.checksumMismatches === 0 ? 'right' : `${run.checksumMismatches} WRONG`,
  ]),
})

export const figureCells = (figures: readonly Figure[]): Cells => ({
  heads: ['', '', 'value', 'goal'],
  rows: figures.map(({ title, value, goal, better, met }) => [
    met ? '✓ reached' : '✗ not reached',
    title,
    short(value),
    `${better === 'lower' ? '≤' : '≥'} ${short(goal)}`,
  ]),
})
