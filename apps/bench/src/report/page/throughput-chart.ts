// One case: how many operations per second each implementation gets done on each backend, with one and with more
// workers. The scale is that of the allocators that do the same job; a peer that does less of it may leave the chart at
// the top, and then the legend has its number.
import type { ChartConfiguration } from 'chart.js'
import { short, wayOf, workersText } from '../format.ts'
import type { Group, Row } from '../groups.ts'
import type { Theme } from './theme.ts'

/** Implementations that run without shared state: on no backend but this one, and with one worker only. */
const isPeer = (implementation: string): boolean => implementation.includes('malloc')

export function throughputChart({ rows, workers }: Group, theme: Theme): ChartConfiguration<'bar', (number | null)[]> {
  const ways = [...new Set(rows.map(wayOf))]
  const implementations = [...new Set(rows.map(({ implementation }) => implementation))]
  const largest = Math.max(...rows.filter((row) => !isPeer(row.implementation)).flatMap(valuesOf))
  const top = roundUp(Number.isFinite(largest) ? largest : 1)
  const datasets = implementations.flatMap((implementation) =>
    workers.map((count, worker) => {
      const own = rows.filter((row) => row.implementation === implementation)
      const data = ways.map((way) =>
        valueOf(
          own.find((row) => wayOf(row) === way),
          worker,
        ),
      )
      const beyond = data.find((value) => value !== null && value > top)
      return {
        label: `${implementation}, ${workersText(count)}${beyond ? ` (${short(beyond)}, beyond the scale)` : ''}`,
        data,
        backgroundColor: theme.of(implementation, count > 1),
        // What an implementation cannot do takes no room.
        skipNull: true,
      }
    }),
  )
  return {
    type: 'bar',
    data: { labels: ways, datasets: datasets.filter(({ data }) => data.some((value) => value !== null)) },
    options: {
      scales: {
        x: { grid: { display: false } },
        y: { beginAtZero: true, max: top, title: { display: true, text: 'Mop/s (more is better)' } },
      },
      plugins: { legend: { position: 'bottom', labels: { boxWidth: 12, boxHeight: 12 } } },
    },
  }
}

const valueOf = (row: Row | undefined, worker: number): number | null => {
  const result = row?.byWorkers[worker]
  return result ? result.opsPerSecond / 1e6 : null
}

const valuesOf = (row: Row): number[] => row.byWorkers.map((_, worker) => valueOf(row, worker) ?? 0)

/** To two digits, so that the scale ends at a round number. */
function roundUp(value: number): number {
  const unit = 10 ** (Math.floor(Math.log10(value)) - 1) * 5
  return Math.ceil(value / unit) * unit
}
