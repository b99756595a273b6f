// A worker that is going to be terminated inside something. It says what it has acknowledged.
import { parentPort, workerData } from 'node:worker_threads'
import { attach, type StoreHandle } from '../../src/index.ts'

export interface Hostage {
  handle: StoreHandle
  worker: number
  takeOver: boolean
  does: 'put' | 'checkpoint' | 'read'
}

const { handle, worker, takeOver, does } = workerData as Hostage
const store = await attach(handle, { worker, takeOver })
parentPort?.postMessage('ready')
for (let i = 1; ; i++) {
  if (does === 'put') {
    store.batchSync([
      { type: 'put', key: 'number', value: String(i) },
      { type: 'put', key: 'huge', value: `${i}:${'h'.repeat(3 << 20)}` },
    ])
    parentPort?.postMessage(i)
  }
  if (does === 'checkpoint') {
    store.putSync(`worker ${worker}, ${i}`, 'something to write')
    await store.checkpoint()
  }
  if (does === 'read') for (const _ of store.entriesSync()) continue
}
