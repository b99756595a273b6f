// What of the operating system's side can be tested here: each way is tried once, and what does not work is said in one line
// and left out; under CI everything is tested, and fails with what the system said.
import { createMemory, FRAME_BYTES } from '@parperos/alloc-api'
import { canTest } from '@parperos/presets/backends'
import { LLFree } from '@parperos/llfree'
import { sab as llfreeSab } from '@parperos/llfree/sab'
import { fileURLToPath } from 'node:url'
import { ExMap } from '../../src/index.ts'
import { native, nativeWith, type Way } from '../../src/native.ts'

/** Null, or why something does not work: what `attempt` throws, or returns. */
async function reasonOf(attempt: () => Promise<string | null>): Promise<string | null> {
  if (native.unavailable() !== null) return native.unavailable()
  try {
    return await attempt()
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}

async function small(way: Way, path?: string): Promise<string[]> {
  const memory = await createMemory({ backend: 'wasm', bytes: 1 << 20 })
  const frames = await LLFree.open({ backend: llfreeSab, memory, frames: 16 })
  const pool = memory.region(16 * FRAME_BYTES, 'pool')
  const file = path === undefined ? {} : { file: { path, readOnly: true } }
  using area = await ExMap.open({ backend: nativeWith({ way }), memory, pages: 16, frames, pool, ...file })
  const { io, whyNotBetter } = area.info()
  return [io, ...whyNotBetter]
}

async function canUse(kind: string, attempt: () => Promise<string | null>): Promise<boolean> {
  const reason = await reasonOf(attempt)
  return canTest({ kind, component: 'exmap/native', unavailable: () => reason })
}

const known: Way[] = ['move', 'madvise', 'memfd', 'table']
const usable = await Promise.all(known.map((way) => canUse(way, async () => (await small(way), null))))

/** The ways that work here. */
export const ways = known.filter((_, index) => usable[index])

/** Those whose pages have addresses of their own. */
export const mappedWays = ways.filter((way) => way !== 'table')

export const canMove = ways.includes('move')

/** How files can be read here. */
export const canRing = await canUse('io_uring', async () => {
  const [io, ...reasons] = await small('table', fileURLToPath(import.meta.url))
  return io === 'io_uring' ? null : reasons.join('; ')
})

export const ios = (['pread', 'io_uring'] as const).filter((io) => io === 'pread' || canRing)
