// A process that is going to be killed. It opens a store, verifies it, says so, and then commits without end: several
// lanes in each of several workers, while checkpoints are made, snapshots are held and everything is read. It tells of
// each commit when it begins and when it is acknowledged, a line each, to descriptor 3.
import { readFileSync, writeSync } from 'node:fs'
import { Worker } from 'node:worker_threads'
import { open } from '../../src/index.ts'
import { Lane } from '../durability/lane.ts'
import { requireOrder, verify, type Told } from '../durability/verify.ts'
import { disturb, work } from './work.ts'
import type { Assignment } from './assignment.ts'

const tell = (line: string): void => {
  writeSync(3, `${line}\n`)
}

async function main({ directory, seed, options, lanes, told }: Assignment): Promise<void> {
  const store = await open(directory, options)
  const own = lanes.map(({ name, count }) => advanced(name, seed, count))
  const bound = (what: Told['what'], name: string): number =>
    told.findLast((event) => event.what === what && event.lane === name)?.number ??
    lanes.find((lane) => lane.name === name)?.count ??
    0
  const safe = (name: string): number =>
    options.sync === 'off' ? (lanes.find((lane) => lane.name === name)?.count ?? 0) : bound('acknowledged', name)
  const reached = await verify(store, own, safe, (name) => bound('begun', name))
  requireOrder(told, reached)
  const { recovered } = store.info()
  tell(
    `opened ${JSON.stringify({ commits: recovered.commits, lanes: own.map(({ name, count }) => ({ name, count })) })}`,
  )
  const workers = options.workers ?? 1
  for (let worker = 1; worker < workers; worker++) {
    const data = { handle: store.handle, worker, seed, lanes: lanesOf(own, worker, workers) }
    new Worker(new URL('worker.ts', import.meta.url), { workerData: data }).on('error', fail)
  }
  await Promise.all([work(store, seed, lanesOf(own, 0, workers), tell), disturb(store, seed)])
}

const lanesOf = (lanes: readonly Lane[], worker: number, workers: number): { name: string; count: number }[] =>
  lanes.filter((_, i) => i % workers === worker).map(({ name, count }) => ({ name, count }))

function advanced(name: string, seed: number, count: number): Lane {
  const lane = new Lane(name, seed)
  while (lane.count < count) lane.apply(lane.next())
  return lane
}

function fail(error: unknown): void {
  tell(`failed ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`.replaceAll('\n', ' '))
  process.exit(1)
}

process.on('unhandledRejection', fail)
main(JSON.parse(readFileSync(0, 'utf8')) as Assignment).catch(fail)
