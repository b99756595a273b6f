// Another process. 'share': it inherits the memory as descriptor 3 and the area's memory as descriptor 4, attaches, looks at
// pages that the parent has read, evicts some and writes others. 'starve': it lets its descriptors run out before it opens an
// area, so that the system refuses what needs one. 'lock': it may lock less memory than it wants to. 'exit': it ends itself
// while a batch is in flight.
import { createMemory, FRAME_BYTES, type FrameAllocator, type Memory, type Region } from '@parperos/alloc-api'
import { openMemory } from '@parperos/alloc-api/native'
import { LLFree } from '@parperos/llfree'
import { sab as llfreeSab } from '@parperos/llfree/sab'
import { closeSync, openSync } from 'node:fs'
import { ExMap } from '../../src/index.ts'
import { attachFromProcess, native, nativeWith } from '../../src/native.ts'
import { bytesOf, pattern } from './page-bytes.ts'

const [what, path] = process.argv.slice(2)
const isPattern = (area: Parameters<typeof bytesOf>[0], page: number): boolean =>
  Buffer.from(bytesOf(area, page)).equals(pattern(page))

async function share(): Promise<unknown> {
  const memory = await openMemory({ fd: 3 })
  const pool = memory.find('pool')
  if (!pool) throw new Error('this memory has no pool')
  using frames = await LLFree.attach({ backend: llfreeSab, memory, slot: 1 })
  using area = await attachFromProcess({ memory, pool, descriptor: 4, file: { path }, slot: 1, frames })
  const seen = [10, 11, 59].map((page) => isPattern(area, page))
  const elsewhere = bytesOf(area, 5).every((byte) => byte === 0)
  const freed = area.io.free([{ page: 10, count: 20 }])
  const read = await area.io.read([{ page: 100, count: 30 }])
  bytesOf(area, 40).fill(0x77)
  return { seen, elsewhere, freed, read, right: isPattern(area, 129), way: area.info().way, supports: area.supports }
}

interface Parts {
  memory: Memory
  pages: number
  frames: FrameAllocator
  pool: Region
}

async function world(poolFrames = 64): Promise<Parts> {
  const memory = await createMemory({ backend: 'wasm', bytes: (4 << 20) + poolFrames * FRAME_BYTES })
  const pool = memory.region(poolFrames * FRAME_BYTES, 'pool')
  return { memory, pool, pages: 64, frames: await LLFree.open({ backend: llfreeSab, memory, frames: poolFrames }) }
}

async function starve(): Promise<unknown> {
  const [first, second, third] = [await world(), await world(), await world()]
  // So that nothing has to be loaded later.
  ;(await ExMap.open({ backend: nativeWith({ way: 'table' }), ...first })).close()
  const held: number[] = []
  try {
    for (;;) held.push(openSync('/dev/null', 'r'))
  } catch {
    // Now there are no more.
  }
  const area = await ExMap.open({ backend: native, ...second })
  area.io.alloc([{ page: 20, count: 5 }, { page: 30, count: 1 }])
  bytesOf(area, 22).fill(9)
  const freed = area.io.free([{ page: 30, count: 1 }, { page: 20, count: 5 }])
  const empty = bytesOf(area, 22).every((byte) => byte === 0)
  area.validate()
  // One is for the file.
  closeSync(held[0])
  const filed = await ExMap.open({ backend: nativeWith({ way: 'table' }), ...third, file: { path } })
  const done = await filed.io.read([{ page: 1, count: 3 }, { page: 20, count: 5 }, { page: 30, count: 1 }])
  const right = [1, 3, 20, 24, 30].every((page) => isPattern(filed, page))
  const told = [area, filed].map((one) => one.info()).map(({ way, io, whyNotBetter }) => ({ way, io, whyNotBetter }))
  return { told, freed, empty, done, right }
}

async function lock(): Promise<unknown> {
  const backend = nativeWith({ way: 'table', registered: true })
  const area = await ExMap.open({ backend, ...(await world(2048)), file: { path } })
  const done = [await area.io.read([{ page: 1, count: 3 }]), area.io.readSync([{ page: 20, count: 5 }])]
  return { done, right: [1, 3, 20, 24].every((page) => isPattern(area, page)), told: area.info().whyNotBetter }
}

/** Ends itself while the operating system writes into its pages. */
async function exit(): Promise<never> {
  const area = await ExMap.open({ backend: native, ...(await world()), file: { path, direct: true } })
  void area.io.read([{ page: 0, count: 40 }])
  process.exit(7)
}

const answers = { share, starve, lock, exit }
console.log(JSON.stringify(await answers[what as keyof typeof answers]()))
