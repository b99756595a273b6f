// The report as plain text: aligned columns, one block for each case, what was aimed at and reached at the end.
import { cacheCells, explorationCells, figureCells, groupCells, recoveryCells, type Cells } from './cells.ts'
import { shortCommit, workersText } from './format.ts'
import { groupsOf } from './groups.ts'
import { pageCells, pageGroupsOf } from './page-work.ts'
import { recoveriesOf } from './recoveries.ts'
import type { CacheRun, Figure, Report } from './schema.ts'
import { memoryCells, memoryTitle, packageCells, packageTitle, storeCells, storeGroupsOf } from './store-work.ts'

export function tableOf(report: Report): string {
  const { results, exploration, fileCache, pageWork, keyValue, packageStore, figures, notes, failures } = report
  const blocks = [
    ...groupsOf(results).map((group) => block(group.title, groupCells(group))),
    ...recoveriesOf(results).map((recovery) => block(recovery.title, recoveryCells(recovery))),
    ...(exploration ? [block('schedule explorer', explorationCells(exploration))] : []),
    ...(fileCache ? [cacheBlock(fileCache.runs)] : []),
    ...(packageStore ? [block(packageTitle(packageStore), packageCells(packageStore))] : []),
    ...pageGroupsOf(pageWork).map((group) => block(group.title, pageCells(group))),
    ...storeGroupsOf(keyValue).map((group) => block(group.title, storeCells(group))),
    ...(keyValue && keyValue.memory.length > 0 ? [block(memoryTitle, memoryCells(keyValue.memory))] : []),
    ...(notes.length > 0 ? [notes.map((note) => `Note: ${note}`).join('\n')] : []),
    ...(figures.length > 0 ? [figuresBlock(figures)] : []),
    ...(failures.length > 0 ? [failures.map(({ cell, message }) => `FAILED  ${cell}: ${message}`).join('\n')] : []),
    footer(report),
  ]
  return `\n${blocks.join('\n\n')}\n\n`
}

const block = (title: string, { heads, rows }: Cells): string => `${title}\n${aligned([heads, ...rows], 2)}`

function cacheBlock(runs: readonly CacheRun[]): string {
  const workers = workersText(runs[0]?.workers ?? 0)
  return block(`file cache, ${workers}, half of the files dropped and loaded again`, cacheCells(runs))
}

function figuresBlock(figures: readonly Figure[]): string {
  const met = figures.filter((figure) => figure.met).length
  return block(`figures: ${met} of ${figures.length} reached`, figureCells(figures))
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
