// The key/value stores: what each gets done of YCSB's workloads; and of the package store, what pages did in each
// phase, and how long single operations take.
import type { ChartConfiguration } from 'chart.js'
import { backendText } from '../format.ts'
import type { PackageRun, StoreWork } from '../schema.ts'
import { storeText } from '../store-work.ts'
import type { Theme } from './theme.ts'

type Bars = ChartConfiguration<'bar', (number | null)[]>

/** A column for each workload, in it one for each store. */
export function ycsbChart(works: readonly StoreWork[], theme: Theme): Bars {
  const cases = [...new Set(works.map((work) => work.case))].sort()
  const stores = [...new Set(works.map(storeText))]
  const datasets = stores.map((store) => {
    const own = works.filter((work) => storeText(work) === store)
    return {
      label: store,
      data: cases.map((name) => {
        const work = own.find((one) => one.case === name)
        return work ? work.opsPerSecond / 1e3 : null
      }),
      backgroundColor: theme.of(own[0].backend ?? own[0].store, false),
      skipNull: true,
    }
  })
  return bars(
    cases.map((name) => name.replace('ycsb-', '').toUpperCase()),
    datasets,
    'thousand operations a second (more is better)',
  )
}

/** A column for each phase, in it one for each backend and kind of event. */
export function packagePagesChart(runs: readonly PackageRun[], theme: Theme): Bars {
  const kinds = [
    ['misses', 'misses'],
    ['evictions', 'evictions'],
    ['write-backs', 'writeBacks'],
  ] as const
  const datasets = runs.flatMap((run) =>
    kinds.map(([label, kind], i) => ({
      label: `${label}, ${backendText(run)}`,
      data: run.phases.map((phase) => phase[kind]),
      backgroundColor: `color-mix(in srgb, ${theme.of(run.backend, false)} ${100 - 35 * i}%, transparent)`,
    })),
  )
  return bars(
    runs[0].phases.map(({ name }) => name),
    datasets.map((set) => ({ ...set, skipNull: true })),
    'pages',
  )
}

export function packageLatencyChart(runs: readonly PackageRun[], theme: Theme): Bars {
  const points = (['get', 'put'] as const).flatMap((operation) =>
    (
      [
        ['p50', 'p50'],
        ['p99', 'p99'],
        ['p99.9', 'p999'],
      ] as const
    ).map(([label, name]) => [`${operation} ${label}`, operation, name] as const),
  )
  const chart = bars(
    points.map(([label]) => label),
    runs.map((run) => ({
      label: backendText(run),
      data: points.map(([, operation, name]) => run[operation][name] / 1e3),
      backgroundColor: theme.of(run.backend, false),
      skipNull: true,
    })),
    'µs (less is better)',
  )
  return { ...chart, options: { ...chart.options, scales: { ...chart.options?.scales, y: logarithmic } } }
}

const logarithmic = { type: 'logarithmic', title: { display: true, text: 'µs (less is better)' } } as const

const bars = (labels: string[], datasets: Bars['data']['datasets'], text: string): Bars => ({
  type: 'bar',
  data: { labels, datasets },
  options: {
    scales: { x: { grid: { display: false } }, y: { beginAtZero: true, title: { display: true, text } } },
    plugins: { legend: { position: 'bottom', labels: { boxWidth: 12, boxHeight: 12 } } },
  },
})
