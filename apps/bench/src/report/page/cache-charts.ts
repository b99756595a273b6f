// The file cache: how many huge frames are free in each round while half of the files are dropped, and how fast files
// are copied into frames.
import type { ChartConfiguration } from 'chart.js'
import { backendText } from '../format.ts'
import type { CacheRun } from '../schema.ts'
import type { Theme } from './theme.ts'

const dashes: Record<CacheRun['backend'], number[]> = { sab: [], wasm: [6, 4], native: [2, 3] }

export function cacheHugeChart(runs: readonly CacheRun[], theme: Theme): ChartConfiguration<'line'> {
  const rounds = Math.max(...runs.map((run) => run.rounds.length))
  return {
    type: 'line',
    data: {
      labels: Array.from({ length: rounds }, (_, i) => `round ${i + 1}`),
      datasets: runs.map((run) => ({
        label: `${run.implementation}, ${backendText(run)}`,
        data: run.rounds.map(({ dropped }) => dropped.freeHuge),
        borderColor: theme.of(run.implementation, false),
        backgroundColor: theme.of(run.implementation, false),
        borderDash: dashes[run.backend],
        borderWidth: 2,
        pointRadius: 2,
      })),
    },
    options: {
      scales: {
        x: { grid: { display: false } },
        y: { beginAtZero: true, title: { display: true, text: 'free huge frames (more: better)' } },
      },
      plugins: { legend: { position: 'bottom', labels: { boxWidth: 24, boxHeight: 0 } } },
    },
  }
}

export function cacheSpeedChart(runs: readonly CacheRun[], theme: Theme): ChartConfiguration<'bar'> {
  const backends = [...new Set(runs.map(backendText))]
  const implementations = [...new Set(runs.map(({ implementation }) => implementation))]
  return {
    type: 'bar',
    data: {
      labels: backends,
      datasets: implementations.map((implementation) => ({
        label: implementation,
        data: backends.map(
          (backend) =>
            runs.find((run) => run.implementation === implementation && backendText(run) === backend)
              ?.copyMegabytesPerSecond ?? null,
        ),
        backgroundColor: theme.of(implementation, false),
        skipNull: true,
      })),
    },
    options: {
      scales: {
        x: { grid: { display: false } },
        y: { beginAtZero: true, title: { display: true, text: 'MB/s (more is better)' } },
      },
      plugins: { legend: { position: 'bottom', labels: { boxWidth: 12, boxHeight: 12 } } },
    },
  }
}
