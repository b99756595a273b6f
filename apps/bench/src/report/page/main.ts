// Runs in the report's page: reads the report that the page carries and draws the charts, again when the reader's
// system turns dark or light.
import { Chart } from 'chart.js'
import type { Report } from '../schema.ts'
import { cacheHugeChart, cacheSpeedChart } from './cache-charts.ts'
import { groupsOf } from '../groups.ts'
import { recoveriesOf } from '../recoveries.ts'
import { ycsbOf } from '../store-work.ts'
import { recoveryChart } from './recovery-chart.ts'
import { packageLatencyChart, packagePagesChart, ycsbChart } from './store-charts.ts'
import { throughputChart } from './throughput-chart.ts'
import { colours, register } from './theme.ts'

register()
const report = JSON.parse(document.getElementById('report')?.textContent ?? '') as Report
let drawn: Chart[] = []

function draw(): void {
  for (const chart of drawn) chart.destroy()
  const theme = colours()
  Chart.defaults.color = theme.muted
  Chart.defaults.borderColor = theme.line
  drawn = groupsOf(report.results).map(
    (group) => new Chart(`chart-${group.case}-${group.order}`, throughputChart(group, theme)),
  )
  for (const recovery of recoveriesOf(report.results)) {
    drawn.push(new Chart(`chart-recovery-${recovery.frames}`, recoveryChart(recovery, theme)))
  }
  if (report.fileCache) {
    const { runs } = report.fileCache
    drawn.push(
      new Chart('chart-cache-huge', cacheHugeChart(runs, theme)),
      new Chart('chart-cache-speed', cacheSpeedChart(runs, theme)),
    )
  }
  drawStores(theme)
}

function drawStores(theme: ReturnType<typeof colours>): void {
  const ycsb = ycsbOf(report.keyValue)
  if (ycsb.length > 0) drawn.push(new Chart('chart-ycsb', ycsbChart(ycsb, theme)))
  if (!report.packageStore) return
  const { runs } = report.packageStore
  drawn.push(
    new Chart('chart-package-pages', packagePagesChart(runs, theme)),
    new Chart('chart-package-latency', packageLatencyChart(runs, theme)),
  )
}

draw()
matchMedia('(prefers-color-scheme: dark)').addEventListener('change', draw)
