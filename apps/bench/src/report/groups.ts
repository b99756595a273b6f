// Results arranged for a reader: one group for each case and order, one row for each implementation on each backend,
// the numbers of workers side by side. The table and the page show the same arrangement. Recovery has one of its own.
import { isRecovery } from './recoveries.ts'
import type { Result } from './schema.ts'

export interface Row {
  implementation: string
  backend: Result['backend']
  driver: Result['driver']
  /** By number of workers; undefined where that was not measured. */
  byWorkers: (Result | undefined)[]
  /** Operations per second with the most workers, as a multiple of those with one. */
  scaling: number | undefined
}

export interface Group {
  case: string
  order: number
  title: string
  /** The numbers of workers, ascending. */
  workers: number[]
  rows: Row[]
}

const cases: Record<string, string> = {
  'bulk-get': 'bulk get',
  'bulk-put': 'bulk put',
  repeat: 'repeat (get + put pair)',
  'random-put': 'random put',
  'batch-get': 'bulk get, 512 blocks a call',
  'batch-put': 'bulk put, 512 blocks a call',
}

export function groupsOf(results: readonly Result[]): Group[] {
  const operations = results.filter((one) => !isRecovery(one))
  const byGroup = Object.groupBy(operations, (one) => `${one.case} ${one.order}`)
  return Object.values(byGroup).map((members = []) => {
    const [{ case: name, order }] = members
    const workers = [...new Set(members.map((one) => one.workers))].sort((a, b) => a - b)
    const bytes = order === 0 ? '4 KiB' : order === 9 ? '2 MiB' : `2^${order} frames`
    const title = `${cases[name] ?? name}, order ${order} (${bytes})`
    return { case: name, order, title, workers, rows: rowsOf(members, workers) }
  })
}

function rowsOf(members: readonly Result[], workers: readonly number[]): Row[] {
  const byRow = Object.groupBy(
    members,
    ({ implementation, backend, driver }) => `${implementation} ${backend} ${driver}`,
  )
  return Object.values(byRow).map((those = []) => {
    const [{ implementation, backend, driver }] = those
    const byWorkers = workers.map((count) => those.find((one) => one.workers === count))
    const one = those.find((result) => result.workers === 1)
    const most = byWorkers.findLast((result) => result !== undefined)
    const scaling = one && most && most !== one ? most.opsPerSecond / one.opsPerSecond : undefined
    return { implementation, backend, driver, byWorkers, scaling }
  })
}
