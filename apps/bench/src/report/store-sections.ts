// The parts of the report's page that are about key/value stores.
import { capital, chart, escape, section, table } from './elements.ts'
import type { KeyValueResults, PackageStore } from './schema.ts'
import {
  memoryCells,
  memoryTitle,
  packageCells,
  packageTitle,
  storeCells,
  storeGroupsOf,
  ycsbOf,
  type StoreGroup,
} from './store-work.ts'

export function packagesHtml(packages: PackageStore): string {
  const about =
    `${packageTitle(packages)}. Each worker reads all records in an order of its own, changes an eighth of its half, ` +
    'and reads all again; every value is looked at. Counts are those of all workers together.'
  const charts =
    chart('chart-package-pages', 'Pages that were read, thrown out and written back, by phase') +
    chart('chart-package-latency', 'How long single operations take')
  const content = `<p>${escape(about)}</p><div class="charts">${charts}</div>${table(packageCells(packages))}`
  return section('package-store', 'Package store', content)
}

/** Empty where nothing was measured. */
export function storesHtml(stores: KeyValueResults | undefined): string {
  if (!stores) return ''
  const ycsb =
    ycsbOf(stores).length > 0 ? section('ycsb', 'YCSB', chart('chart-ycsb', 'YCSB by workload and store')) : ''
  const { memory } = stores
  const resident = memory.length > 0 ? section('store-memory', capital(memoryTitle), table(memoryCells(memory))) : ''
  return [...storeGroupsOf(stores).map(groupHtml), ycsb, resident].join('\n')
}

const groupHtml = (group: StoreGroup): string =>
  section(`store-${group.case}`, capital(group.title), table(storeCells(group)))
