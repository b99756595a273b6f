// How long recovery takes on each backend, for each state that was recovered.
import type { ChartConfiguration } from 'chart.js'
import { backendText } from '../format.ts'
import { milliseconds, type Recovery } from '../recoveries.ts'
import type { Theme } from './theme.ts'

export function recoveryChart({ states, rows }: Recovery, theme: Theme): ChartConfiguration<'bar', (number | null)[]> {
  const colours = [theme.of('llfree', false), theme.of('llfree', true), theme.of('peer', false)]
  return {
    type: 'bar',
    data: {
      labels: rows.map((row) => `${row.implementation}, ${backendText(row)}`),
      datasets: states.map((state, i) => ({
        label: state,
        data: rows.map(({ byState }) => {
          const result = byState[i]
          return result ? milliseconds(result.nsPerOp.median) : null
        }),
        backgroundColor: colours[i],
        skipNull: true,
      })),
    },
    options: {
      scales: {
        x: { grid: { display: false } },
        y: { beginAtZero: true, title: { display: true, text: 'ms (less is better)' } },
      },
      plugins: { legend: { position: 'bottom', labels: { boxWidth: 12, boxHeight: 12 } } },
    },
  }
}
