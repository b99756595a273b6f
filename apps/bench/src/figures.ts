// What the project aims at, as figures: each is computed from the results when its cells were measured, and is absent
// otherwise. A loop inside the C core shows the core itself; the TypeScript backend has no inside but JavaScript's
// calls.
import type { BackendKind } from '@parperos/alloc-api'
import { backendKinds } from './compose.ts'
import { milliseconds, recoveryText } from './report/recoveries.ts'
import type { Exploration, Figure, Result } from './report/schema.ts'

const GIB = 2 ** 30
const FRAME_BYTES = 4096
const titles: Record<BackendKind, string> = { sab: 'TypeScript', wasm: 'Wasm', native: 'native' }

export function figuresOf(results: readonly Result[], cores: number): Figure[] {
  return [
    ...(['native', 'wasm', 'sab'] as const).map((backend) =>
      pairFigure(results, backend, 0, { native: 8, wasm: 12, sab: 8 }[backend]),
    ),
    pairFigure(results, 'native', 9, 8),
    // With fewer cores than workers there is nothing to scale on.
    ...(cores >= 2 ? backendKinds.flatMap((backend) => scalingFigures(results, backend)) : []),
    ...backendKinds.map((backend) => aheadOfBuddy(results, backend)),
    recoveryFigure(results, 'native', 'free', 2),
    recoveryFigure(results, 'native', 'huge', 10),
    recoveryFigure(results, 'sab', 'free', 12),
    metadataFigure(results),
  ].filter((figure) => figure !== undefined)
}

/** Of the schedule explorer. */
export const explorationFigures = (exploration: Exploration | undefined): Figure[] =>
  exploration
    ? [
        figure(
          'explorer-schedules-per-minute',
          `schedules a minute for ${exploration.scenario}`,
          exploration.schedulesPerMinute.median,
          20_000,
          'higher',
        ),
      ]
    : []

/** A repeat pair of one worker, in compare-exchanges. */
function pairFigure(results: readonly Result[], backend: BackendKind, order: number, goal: number): Figure | undefined {
  const result = find(results, 'repeat', 'llfree', backend, order, 1)
  if (!result) return undefined
  const id = `repeat-order-${order}-${backend}-cas`
  const title = `order-${order} get+put pair, ${titles[backend]}, in compare-exchanges`
  return figure(id, title, result.casUnits, goal, 'lower')
}

/** What two workers get done, as a multiple of what one does. */
function scalingFigures(results: readonly Result[], backend: BackendKind): Figure[] {
  const figures = [
    ['repeat', 'get+put pairs'],
    ['bulk-get', 'bulk get'],
    ['bulk-put', 'bulk put'],
  ].map(([name, what]) => {
    const one = find(results, name, 'llfree', backend, 0, 1)
    const two = find(results, name, 'llfree', backend, 0, 2)
    if (!one || !two) return undefined
    const title = `two workers against one, order-0 ${what}, ${titles[backend]}${busyText(two)}`
    return figure(`scaling-${name}-${backend}`, title, two.opsPerSecond / one.opsPerSecond, 1.8, 'higher')
  })
  return figures.filter((one) => one !== undefined)
}

/** Bulk, taking and giving back together, two workers. */
function aheadOfBuddy(results: readonly Result[], backend: BackendKind): Figure | undefined {
  const bulk = (implementation: string): Result[] =>
    ['bulk-get', 'bulk-put']
      .map((name) => find(results, name, implementation, backend, 0, 2))
      .filter((result) => result !== undefined)
  const [llfree, buddy] = [bulk('llfree'), bulk('buddy')]
  if (llfree.length < 2 || buddy.length < 2) return undefined
  const sum = (pair: Result[]): number => pair.reduce((ns, { nsPerOp }) => ns + nsPerOp.median, 0)
  const title = `LLFree ahead of buddy, bulk order 0, two workers, ${titles[backend]}${busyText(llfree[0])}`
  return figure(`ahead-of-buddy-bulk-${backend}`, title, sum(buddy) / sum(llfree), 3, 'higher')
}

/** One opening for recovery, in milliseconds. JavaScript calls it, on every backend. */
function recoveryFigure(
  results: readonly Result[],
  backend: BackendKind,
  state: string,
  goalMs: number,
): Figure | undefined {
  const result = find(results, `recovery-${state}`, 'llfree', backend, 0, 1, 'js')
  if (!result) return undefined
  const title = `${recoveryText(result)}, ${titles[backend]}, in milliseconds${busyText(result)}`
  return figure(`recovery-${state}-${backend}-ms`, title, milliseconds(result.nsPerOp.median), goalMs, 'lower')
}

/** From the largest memory that was measured, where fixed parts count least. */
function metadataFigure(results: readonly Result[]): Figure | undefined {
  const largest = results
    .filter(({ implementation, metadataBytes }) => implementation === 'llfree' && metadataBytes !== null)
    .sort((a, b) => b.frames - a.frames)
    .at(0)
  if (!largest) return undefined
  const perGib = (largest.metadataBytes ?? 0) / ((largest.frames * FRAME_BYTES) / GIB)
  return figure('metadata-bytes-per-gib', 'metadata in bytes per GiB managed', perGib, 38_000, 'lower')
}

function find(
  results: readonly Result[],
  name: string,
  implementation: string,
  backend: BackendKind,
  order: number,
  workers: number,
  driver: Result['driver'] = backend === 'sab' ? 'js' : 'inside',
): Result | undefined {
  return results.find(
    (one) =>
      one.case === name &&
      one.implementation === implementation &&
      one.backend === backend &&
      one.driver === driver &&
      one.order === order &&
      one.workers === workers,
  )
}

export function figure(id: string, title: string, value: number, goal: number, better: Figure['better']): Figure {
  return { id, title, value, goal, better, met: better === 'lower' ? value <= goal : value >= goal }
}

/** Whether something else took CPUs away in most of a result's rounds. */
export const isDisturbed = ({ disturbedRounds, rounds }: Pick<Result, 'disturbedRounds' | 'rounds'>): boolean =>
  disturbedRounds * 2 > rounds

/** Without a free CPU for each worker a figure says more about the machine's other work than about the allocator. */
function busyText(result: Result): string {
  if (!isDisturbed(result)) return ''
  const cpus = result.workers === 1 ? 'a CPU' : 'two CPUs'
  return ` (with ${Math.round(result.cpuShare * 100)} % of ${cpus})`
}
