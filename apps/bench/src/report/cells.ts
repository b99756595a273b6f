// The tables of a report as heads and rows of plain text: the text report aligns them, the page marks them up.
import { backendText, megaOps, percent, short, thousands, wayOf, workersText } from './format.ts'
import type { Group } from './groups.ts'
import { milliseconds, type Recovery } from './recoveries.ts'
import type { CacheRun, Exploration, Figure } from './schema.ts'

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

export const recoveryCells = ({ states, rows }: Recovery): Cells => ({
  heads: ['', '', ...states.flatMap((state) => [`${state}: ms`, 'p25 – p75'])],
  rows: rows.map((row) => [
    row.implementation,
    backendText(row),
    ...row.byState.flatMap((result) => {
      if (!result) return ['', '']
      const [median, p25, p75] = [result.nsPerOp.median, result.nsPerOp.p25, result.nsPerOp.p75].map(milliseconds)
      return [short(median), `${short(p25)} – ${short(p75)}`]
    }),
  ]),
})

export const explorationCells = ({ scenario, schedulesPerMinute, ...counts }: Exploration): Cells => ({
  heads: ['', '', 'schedules a minute', 'p25 – p75', 'steps each', 'schedules'],
  rows: [
    [
      scenario,
      workersText(counts.workers),
      short(schedulesPerMinute.median),
      `${short(schedulesPerMinute.p25)} – ${short(schedulesPerMinute.p75)}`,
      short(counts.stepsPerSchedule),
      thousands(counts.schedules),
    ],
  ],
})

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
