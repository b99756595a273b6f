// Pools for tests: a file of sealed pages, an area over it, and as many workers as wanted, each with a slot of the area
// for synchronous work and two for asynchronous.
import {
  createMemory,
  FRAME_BYTES,
  Region,
  type FrameAllocatorHandle,
  type PageArea,
  type PageAreaHandle,
  type RegionHandle,
  type Words,
} from '@parperos/alloc-api'
import { ExMap, type ExMapBackend } from '@parperos/exmap'
import { native, nativeWith } from '@parperos/exmap/native'
import { sab } from '@parperos/exmap/sab'
import { LLFree } from '@parperos/llfree'
import { sab as llfreeSab } from '@parperos/llfree/sab'
import { canTest } from '@parperos/presets/backends'
import { closeSync, mkdtempSync, openSync, readSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Pool } from '../../src/pool/pool.ts'
import type { SinglePages } from '../../src/pool/single-page.ts'
import { sealedPage } from './page-content.ts'

/** 'native' finds its pages through the page table, as the store does it; 'mapped' at addresses of their own. */
const backends = { sab, native: nativeWith({ way: 'table' }), mapped: native } satisfies Record<string, ExMapBackend>

export type Kind = keyof typeof backends

/** Those that can run here. */
export const kinds = (Object.keys(backends) as Kind[]).filter((kind) => canTest(backends[kind]))

const LANES = 3

/** What another worker needs: structured-clonable. */
export interface WorldHandle {
  kind: Kind
  path: string
  frames: number
  area: PageAreaHandle
  allocator: FrameAllocatorHandle
  region: RegionHandle
}

export interface Member {
  pool: Pool
  /** For synchronous work, then for asynchronous. */
  areas: PageArea[]
  fd: number
  close(): Promise<void>
}

export interface World extends Member, AsyncDisposable {
  path: string
  handle: WorldHandle
  /** The pool's shared words. */
  region: Region
  /** A page as it is in the file. */
  inFile(page: number): Words
}

export interface Options {
  pages?: number
  /** Pages that fit into memory. */
  frames?: number
  workers?: number
  /** Pages that the file has; default: all. */
  filled?: number
  patienceMs?: number
  /** The area cannot write its file. */
  readOnly?: boolean
  /** Stands in for the file's descriptor. */
  file?: SinglePages
}

/** A new world; the caller is worker 0. */
export async function openWorld(kind: Kind, options: Options = {}): Promise<World> {
  const { pages = 256, frames = 64, workers = 1, filled = pages, readOnly = false } = options
  const folder = mkdtempSync(join(tmpdir(), 'pool-'))
  const path = join(folder, 'data.pages')
  writeFileSync(path, Buffer.concat(Array.from({ length: filled }, (_, page) => sealedPage(page, 0))))
  const slots = workers * LANES
  const all = frames + 2 ** Math.ceil(Math.log2(slots)) + 4 * slots
  const bytes = (all + 16) * FRAME_BYTES + Pool.bytesFor(pages, frames) + pages * 4 + slots * 200_000 + (4 << 20)
  const memory = await createMemory({ backend: 'wasm', bytes })
  const region = memory.region(Pool.bytesFor(pages, frames), 'states')
  const poolBytes = memory.region(all * FRAME_BYTES, 'pool')
  const first = await LLFree.open({ backend: llfreeSab, memory, frames: all, slots })
  const backend = backends[kind]
  const file = { path, readOnly }
  const area = await ExMap.open({ backend, memory, pages, frames: first, pool: poolBytes, slots, file })
  const handle = { kind, path, frames, area: area.handle, allocator: first.handle, region: region.handle }
  const member = await joined(handle, [area, ...(await attach(handle, [1, 2]))], options)
  return {
    ...member,
    ...{ path, handle, region },
    inFile: (page) => {
      const content = new Int32Array(new SharedArrayBuffer(FRAME_BYTES))
      readSync(member.fd, content, 0, FRAME_BYTES, page * FRAME_BYTES)
      return content
    },
    async [Symbol.asyncDispose]() {
      await member.close()
      rmSync(folder, { recursive: true })
    },
  }
}

/** Another worker of the same world. */
export async function joinWorld(handle: WorldHandle, worker: number): Promise<Member> {
  const slots = Array.from({ length: LANES }, (_, lane) => worker * LANES + lane)
  return await joined(handle, await attach(handle, slots), {})
}

async function attach(handle: WorldHandle, slots: readonly number[]): Promise<PageArea[]> {
  const backend = backends[handle.kind]
  const areas: PageArea[] = []
  for (const slot of slots) {
    const frames = await LLFree.attach({ backend: llfreeSab, handle: handle.allocator, slot })
    areas.push(await ExMap.attach({ backend, handle: handle.area, slot, frames }))
  }
  return areas
}

async function joined(handle: WorldHandle, areas: PageArea[], { patienceMs, file }: Options): Promise<Member> {
  const fd = openSync(handle.path, 'r+')
  const [area, ...lanes] = areas
  const region = Region.from(handle.region)
  const patience = patienceMs === undefined ? {} : { patienceMs }
  const pool = new Pool({ area, lanes, region, frames: handle.frames, fd, ...patience }, file)
  return {
    ...{ pool, areas, fd },
    async close() {
      await pool.close()
      for (const each of [...areas].reverse()) each.close()
      closeSync(fd)
    },
  }
}
