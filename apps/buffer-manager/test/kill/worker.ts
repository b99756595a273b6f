// One more worker of a process that is going to be killed.
import { writeSync } from 'node:fs'
import { workerData } from 'node:worker_threads'
import { attach, type StoreHandle } from '../../src/index.ts'
import { work } from './work.ts'

interface Data {
  handle: StoreHandle
  worker: number
  seed: number
  lanes: { name: string; count: number }[]
}

const { handle, worker, seed, lanes } = workerData as Data
const store = await attach(handle, { worker })
await work(store, seed, lanes, (line) => {
  writeSync(3, `${line}\n`)
})
