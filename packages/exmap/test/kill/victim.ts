// A process that is killed in the middle of what it does: batches on an area in memory that it inherited as descriptor 3.
import type { PageRun } from '@parperos/alloc-api'
import { Random } from '@parperos/alloc-api/conformance'
import { openMemory } from '@parperos/alloc-api/native'
import { LLFree } from '@parperos/llfree'
import { sab as llfreeSab } from '@parperos/llfree/sab'
import { ExMap } from '../../src/index.ts'
import { backends, type Kind } from '../support/backends.ts'
import { handleIn } from './handle.ts'

export interface Work {
  kind: Kind
  /** Of the area. */
  slot: number
  seed: number
  path: string
}

const { kind, slot, seed, path } = JSON.parse(process.argv[2]) as Work
const memory = await openMemory({ fd: 3 })
const frames = await LLFree.attach({ backend: llfreeSab, memory, slot: 1, takeOver: true })
const handle = handleIn(memory, path)
const area = await ExMap.attach({ backend: backends[kind], handle, slot, frames, takeOver: true })
const { io } = area
const random = new Random(seed)

/** One batch of anything. */
function batch(): void {
  const runs: PageRun[] = Array.from({ length: 1 + random.below(8) }, () => ({
    page: random.below(area.pages),
    count: random.below(40),
  }))
  const what = random.weighted([6, 8, 2, 2, 2, 1])
  if (what === 0) io.alloc(runs)
  else if (what === 1) io.free(runs)
  else if (what === 2) io.alloc(runs, { zero: true })
  else if (what === 3) io.readSync(runs)
  else if (what === 4) io.writeSync(runs)
  else area.trim()
}

// Compiled, so that the time goes to what is to be killed.
for (let i = 0; i < 100; i++) batch()
process.stdout.write('ready\n')
for (;;) batch()
