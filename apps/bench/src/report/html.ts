// The report as one HTML file that needs no network: facts and tables are in the page, charts are drawn by the script
// that it carries (page/main.ts with Chart.js), from the report's own JSON, which it carries too.
import { cacheCells, explorationCells, figureCells, groupCells, recoveryCells } from './cells.ts'
import { capital, chart, escape, section, table } from './elements.ts'
import { percent, short, shortCommit, thousands, workersText } from './format.ts'
import { groupsOf, type Group } from './groups.ts'
import { pageCells, pageGroupsOf, type PageGroup } from './page-work.ts'
import { recoveriesOf, type Recovery } from './recoveries.ts'
import type { Exploration, FileCache, Report } from './schema.ts'
import { storesHtml, packagesHtml } from './store-sections.ts'
import { style } from './style.ts'

/** `script`: the page's bundled script. */
export function htmlOf(report: Report, script: string): string {
  const { results, exploration, fileCache, pageWork, keyValue, packageStore, failures, startedAt, command, parameters } = report
  const kind = parameters.quick ? ', quick run' : ''
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<link rel="icon" href="data:,">
<title>ParPerOS benchmark, ${escape(startedAt.slice(0, 10))}</title>
<style>${style}</style>
</head>
<body>
<header>
<h1>ParPerOS benchmark</h1>
<p>${escape(`parperos-bench ${command}${kind} · ${startedAt}`)}</p>
</header>
<main>
${facts(report)}
${list('failures', failures.map(failureText))}
${list('notes', notesOf(report))}
${figuresSection(report.figures)}
${groupsOf(results).map(groupSection).join('\n')}
${recoveriesOf(results).map(recoverySection).join('\n')}
${exploration ? explorationSection(exploration) : ''}
${fileCache ? cacheSection(fileCache) : ''}
${packageStore ? packagesHtml(packageStore) : ''}
${pageGroupsOf(pageWork).map(pageSection).join('\n')}
${storesHtml(keyValue)}
</main>
<script type="application/json" id="report">${JSON.stringify(report).replaceAll('<', '\\u003c')}</script>
<script>${script.replaceAll('</script', '<\\/script')}</script>
</body>
</html>
`
}

function facts({ machine, commit, parameters, durationSeconds }: Report): string {
  const { cpu, cores, kernel, node, memoryBytes, loadStart, loadEnd } = machine
  const load = (at: typeof loadStart): string => `${at.averages[0].toFixed(2)} (${percent(at.idleShare)} idle)`
  const rows: [string, string][] = [
    ['CPU', `${cores} cores, ${cpu}`],
    ['Memory', `${(memoryBytes / 2 ** 30).toFixed(1)} GiB`],
    ['Kernel', kernel],
    ['Node', node],
    ['Load before', load(loadStart)],
    ['Load after', load(loadEnd)],
    ['Commit', shortCommit(commit)],
    ['Rounds', `${parameters.rounds} of ${parameters.timeMs} ms, seed ${parameters.seed}`],
    ['Took', `${durationSeconds.toFixed(0)} s`],
  ]
  const items = rows.map(([name, value]) => `<div><dt>${name}</dt><dd>${escape(value)}</dd></div>`)
  return `<dl class="facts">${items.join('')}</dl>`
}

const failureText = ({ cell, message }: Report['failures'][number]): string => `Failed: ${cell}: ${message}`

const notesOf = ({ skipped, notes }: Report): string[] => [
  ...skipped.map(({ allocator, backend, reason }) => `Skipped ${allocator}/${backend}: ${reason}`),
  ...notes,
]

function figuresSection(figures: Report['figures']): string {
  if (figures.length === 0) return ''
  const reached = figures.filter(({ met }) => met).length
  return section('figures', `Figures: ${reached} of ${figures.length} reached`, table(figureCells(figures)))
}

function groupSection(group: Group): string {
  const id = `${group.case}-${group.order}`
  const title = capital(group.title)
  return section(id, title, chart(`chart-${id}`, title) + table(groupCells(group)))
}

function recoverySection(recovery: Recovery): string {
  const id = `recovery-${recovery.frames}`
  const title = capital(recovery.title)
  return section(id, title, chart(`chart-${id}`, title) + table(recoveryCells(recovery)))
}

const explorationSection = (exploration: Exploration): string =>
  section('exploration', 'Schedule explorer', table(explorationCells(exploration)))

const pageSection = (group: PageGroup): string =>
  section(`page-${group.case}`, capital(group.title), table(pageCells(group)))

function cacheSection({ input, runs }: FileCache): string {
  const about =
    `${thousands(input.files)} files of ${escape(input.dir)}, ${short(input.bytes / 2 ** 20)} MiB in ` +
    `${thousands(input.frames)} frames; ${workersText(runs[0]?.workers ?? 0)}. In each round a random half is dropped, ` +
    'which checks what the frames hold, and loaded again. Free huge frames and fragmentation are those between the two.'
  const charts =
    chart('chart-cache-huge', 'Free huge frames by round') +
    chart('chart-cache-speed', 'Throughput of allocating and copying')
  return section('file-cache', 'File cache', `<p>${about}</p><div class="charts">${charts}</div>${table(cacheCells(runs))}`)
}

const list = (name: string, items: readonly string[]): string =>
  items.length > 0 ? `<ul class="${name}">${items.map((item) => `<li>${escape(item)}</li>`).join('')}</ul>` : ''
