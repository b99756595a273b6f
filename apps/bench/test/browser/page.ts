// Runs in the page: turns it into a report and lets the report's own script draw.
import type { Report } from '@parperos/browser/page'
import { htmlOf } from '../../src/report/html.ts'
import { cacheInput, cacheRun, packageStoreWith, reportWith, resultWith, storeWorkWith } from '../results.ts'

const backends = ['sab', 'wasm', 'native'] as const
const results = backends.flatMap((backend) =>
  ['llfree', 'buddy'].flatMap((implementation) =>
    [1, 2].map((workers) => resultWith({ ns: 40, backend, implementation, workers })),
  ),
)
const recoveries = backends.flatMap((backend) =>
  ['recovery-free', 'recovery-huge', 'recovery-busy'].map((name) =>
    resultWith({ ns: 2e6, backend, case: name, driver: 'js', frames: 2 ** 28 }),
  ),
)
const runs = backends.map((backend) => cacheRun({ backend }))
const packageRuns = backends.flatMap((backend) => packageStoreWith({ backend }).runs)
const works = (['ycsb-a', 'ycsb-c'] as const).flatMap((name) => [
  storeWorkWith({ case: name }),
  storeWorkWith({ case: name, store: 'lmdb', backend: null }),
])

export async function run(report: Report): Promise<void> {
  const all = [...results, ...recoveries]
  const stores = {
    packageStore: { ...packageStoreWith({}), runs: packageRuns },
    keyValue: { works, memory: [] },
  }
  const html = htmlOf(reportWith({ results: all, fileCache: { input: cacheInput, runs }, ...stores }), '')
  const page = new DOMParser().parseFromString(html, 'text/html')
  document.head.replaceChildren(...page.head.children)
  document.body.replaceChildren(...page.body.children)
  const canvases = [...document.querySelectorAll('canvas')]

  await report.check('the report has a chart for the case, one for recovery, two for each of the file cache and the package store, one for YCSB', () => {
    const ids = canvases.map(({ id }) => id)
    const expected = [
      ...['chart-repeat-0', 'chart-recovery-268435456', 'chart-cache-huge', 'chart-cache-speed'],
      ...['chart-package-pages', 'chart-package-latency', 'chart-ycsb'],
    ]
    if (ids.join() !== expected.join()) throw new Error(`the page has ${ids.join()}`)
  })

  await report.check("the report's script draws every chart", async () => {
    await import(new URL('../../dist/page/page.js', import.meta.url).href)
    const blank = canvases.filter((canvas) => !isDrawn(canvas)).map(({ id }) => id)
    if (blank.length > 0) throw new Error(`nothing was drawn in ${blank.join()}`)
  })

  await report.check('nothing is wider than the page', () => {
    const { scrollWidth, clientWidth } = document.documentElement
    if (scrollWidth > clientWidth) throw new Error(`${scrollWidth} pixels in a window of ${clientWidth}`)
  })
}

function isDrawn(canvas: HTMLCanvasElement): boolean {
  const pixels = canvas.getContext('2d')?.getImageData(0, 0, canvas.width, canvas.height).data
  return pixels?.some((value) => value !== 0) ?? false
}
