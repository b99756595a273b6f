// A process is killed (SIGKILL) in the middle of batches, in TypeScript, in WebAssembly and in native code: whoever takes its
// slot over finds every frame again, and the area goes on.
import { FRAME_BYTES } from '@parperos/alloc-api'
import { Random } from '@parperos/alloc-api/conformance'
import { native as nativeMemory, type NativeMemory } from '@parperos/alloc-api/native'
import { LLFree } from '@parperos/llfree'
import { sab as llfreeSab } from '@parperos/llfree/sab'
import { canTest } from '@parperos/presets/backends'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { checkedHandle } from '../src/header.ts'
import { ExMap, type ExMapArea } from '../src/index.ts'
import * as L from '../src/layout.ts'
import type { Work } from './kill/victim.ts'
import { backends, kinds } from './support/backends.ts'
import { patternedFile } from './support/file.ts'
import { wordsOf } from './support/open.ts'
import { soak } from './support/soak.ts'
import { lostFrames } from './support/whereabouts.ts'

const ROUNDS = 9 * soak
const POOL_FRAMES = 2000
const PAGES = 3000

/** Runs a victim until a moment that only the seed decides, more or less. */
async function killOne(memory: NativeMemory, work: Work, delayMs: number): Promise<void> {
  const script = fileURLToPath(new URL('kill/victim.ts', import.meta.url))
  const child = spawn(process.execPath, [script, JSON.stringify(work)], {
    stdio: ['ignore', 'pipe', 'inherit', memory.fd],
  })
  try {
    const ended = once(child, 'exit')
    const first = await Promise.race([once(child.stdout as NodeJS.ReadableStream, 'data'), ended])
    expect(String(first[0])).toBe('ready\n')
    await sleep(delayMs)
    child.kill('SIGKILL')
    expect((await ended)[1]).toBe('SIGKILL')
  } finally {
    child.kill('SIGKILL')
  }
}

/** What the dead worker's interface says, before anybody takes over. */
function stateOf(area: ExMapArea, slot: number): { held: number; inAllocator: boolean } {
  const { geometry: shape } = checkedHandle(area.handle)
  const at = shape.interfacesAt + slot * shape.interfaceWords
  const words = wordsOf(area)
  const returning = words[at + L.interfaceReturning]
  return { held: words[at + L.interfaceClaiming], inAllocator: words[at + L.interfaceRefilling] !== 0 || returning !== 0 }
}

describe.skipIf(!canTest(nativeMemory))('a killed process', () => {
  it.each([2, 1])(`leaves nothing that is lost, and nothing that is twice, with %i slots (${ROUNDS} rounds)`, async (slots) => {
    // With one slot claims are plain writes; the opener's own instance only looks on then.
    const slot = slots - 1
    using file = patternedFile(PAGES * FRAME_BYTES)
    const bytes = POOL_FRAMES * FRAME_BYTES + (4 << 20)
    const memory = await nativeMemory.create({ bytes })
    const pool = memory.region(POOL_FRAMES * FRAME_BYTES, 'pool')
    const frames = await LLFree.open({ backend: llfreeSab, memory, frames: POOL_FRAMES, slots: 2 })
    const config = { memory, pool, frames, pages: PAGES, slots, file }
    const area = await ExMap.open({ backend: backends.sab, ...config })
    const random = new Random(7)
    const tally = { inBatch: 0, inAllocator: 0, lost: 0 }
    // Some more when none of them came at the right moment.
    for (let round = 0; round < ROUNDS || (tally.inBatch === 0 && round < 10 * ROUNDS); round++) {
      const kind = kinds[round % kinds.length]
      await killOne(memory, { kind, slot, seed: round, path: file.path }, random.below(20))
      const { held, inAllocator } = stateOf(area, slot)
      tally.inBatch += Number(held > 0)
      tally.inAllocator += Number(inAllocator)
      const heir = kinds[(round + 1 + Math.floor(round / kinds.length)) % kinds.length]
      const own = await LLFree.attach({ backend: llfreeSab, handle: frames.handle, slot: 1, takeOver: true })
      const { handle } = area
      const next = await ExMap.attach({ backend: backends[heir], handle, slot, frames: own, takeOver: true })
      next.validate()
      const lost = lostFrames(next, own)
      // The allocator's own operation, if it was killed in one, loses what that had in its hands; nothing else does.
      if (!inAllocator) expect(lost, `round ${round}: ${kind}, then ${heir}`).toEqual([])
      tally.lost += lost.length
      for (const frame of lost) own.put(frame, 0)
      next.close()
      own.close()
    }
    process.stderr.write(
      `killed in a batch: ${tally.inBatch} of ${ROUNDS}; in the allocator: ${tally.inAllocator}, frames lost there: ${tally.lost}\n`,
    )
    expect(tally.inBatch).toBeGreaterThan(0)
    area.validate()
    area.close()
    memory.close()
  })
})
