// The report as plain text: aligned columns, one block for each case, what was aimed at and reached at the end.
import { backendText, megaOps, percent, short, shortCommit, thousands, wayOf, workersText } from './format.ts'
import { groupsOf, type Group } from './groups.ts'
import type { CacheRun, Figure, Report } from './schema.ts'

export function tableOf(report: Report): string {
  const { results, fileCache, figures, notes, failures } = report
  const blocks = [
    ...groupsOf(results).map(groupBlock),
    ...(fileCache ? [cacheBlock(fileCache.runs)] : []),
    ...(notes.length > 0 ? [notes.map((note) => `Note: ${note}`).join('\n')] : []),
    ...(figures.length > 0 ? [figuresBlock(figures)] : []),
    ...(failures.length > 0 ? [failures.map(({ cell, message }) => `FAILED  ${cell}: ${message}`).join('\n')] : []),
    footer(report),
  ]
  return `\n${blocks.join('\n\n')}\n\n`
}

function groupBlock({ title, workers, rows }: Group): string {
  const heads = workers.flatMap((count) => [`${workersText(count)}: ns`, 'p25 – p75', 'cas', 'Mop/s'])
  const lines = rows.map((row) => [
    row.implementation,
    wayOf(row),
    ...row.byWorkers.flatMap((result) => {
      if (!result) return ['', '', '', '']
      const { median, p25, p75 } = result.nsPerOp
      return [short(median), `${short(p25)} – ${short(p75)}`, short(result.casUnits), megaOps(result.opsPerSecond)]
    }),
    row.scaling === undefined ? '' : `× ${row.scaling.toFixed(2)}`,
  ])
  const scaled = rows.some(({ scaling }) => scaling !== undefined)
  return `${title}\n${aligned([['', '', ...heads, scaled ? 'scaling' : ''], ...lines], 2)}`
}

function cacheBlock(runs: readonly CacheRun[]): string {
  const heads = [
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
  ]
  const lines = runs.map((run) => [
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
  ])
  const workers = workersText(runs[0]?.workers ?? 0)
  return `file cache, ${workers}, half of the files dropped and loaded again\n${aligned([heads, ...lines], 2)}`
}

function figuresBlock(figures: readonly Figure[]): string {
  const lines = figures.map(({ title, value, goal, better, met }) => [
    met ? '✓ reached' : '✗ not reached',
    title,
    short(value),
    `${better === 'lower' ? '≤' : '≥'} ${short(goal)}`,
  ])
  const met = figures.filter((figure) => figure.met).length
  return `figures: ${met} of ${figures.length} reached\n${aligned([['', '', 'value', 'goal'], ...lines], 2)}`
}

function footer({ machine, commit, durationSeconds }: Report): string {
  const { cpu, cores, kernel, node, loadStart, loadEnd } = machine
  const load = `load ${loadStart.averages[0].toFixed(2)} → ${loadEnd.averages[0].toFixed(2)}`
  const program = `commit ${shortCommit(commit)}`
  return `${cores} cores (${cpu}), ${kernel}, Node ${node}, ${load}, ${program}, ${durationSeconds.toFixed(0)} s`
}

/** Columns side by side: the first `left` flush left, numbers flush right. */
function aligned(rows: readonly string[][], left: number): string {
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)))
  return rows
    .map((row) => row.map((cell, i) => (i < left ? cell.padEnd(widths[i]) : cell.padStart(widths[i]))).join('  '))
    .map((line) => `  ${line.trimEnd()}`)
    .join('\n')
}
