// The persist policies on real files: the same operations as without, and with msync no page of the lower level is dirty
// when an operation has returned. What the flushes and fences are worth is shown under simulated power failures
// (power-failure.test.ts).
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { Region, type BackendKind, type ErrorCode } from '@parperos/alloc-api'
import { Trace } from '@parperos/alloc-api/conformance'
import { native as nativeMemory, openMemory, syncWords } from '@parperos/alloc-api/native'
import { canTest } from '@parperos/presets/backends'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { LLFree, type LLFreeInstance } from '../src/index.ts'
import type { PersistPolicy } from '../src/persistence.ts'
import * as L from '../src/layout.ts'
import { backends } from './support/backends.ts'
import { wordsOf } from './support/open.ts'

/** Fewer than 4096 bytes of metadata: one page. */
const frames = 3 * 512 + 5
const SLOTS = 2
const withCode = (code: ErrorCode): Error => expect.objectContaining({ code }) as Error

describe.runIf(canTest(backends.native))('an allocator over a file', () => {
  let folder = ''
  let count = 0
  // Beside the tests, since a temporary folder may be in memory, where no page is ever clean.
  beforeAll(() => (folder = mkdtempSync(join(import.meta.dirname, '../.build/persistence-'))))
  afterAll(() => rmSync(folder, { recursive: true }))

  async function open(kind: BackendKind, persist: PersistPolicy): Promise<{ allocator: LLFreeInstance; path: string }> {
    const path = join(folder, `${count++}.mem`)
    const memory = await nativeMemory.create({ bytes: 1 << 20, path })
    const allocator = await LLFree.open({ backend: backends[kind], memory, frames, slots: SLOTS, persist })
    return { allocator, path }
  }

  describe.each(['sab', 'native'] as const)('driven by %s', (kind) => {
    it.each(['flush', 'msync'] as const)('does the same with %s as without', async (persist) => {
      const outcomes = []
      for (const policy of ['none', persist] as const) {
        const { allocator } = await open(kind, policy)
        const trace = new Trace([[allocator]], { seed: 7, initial: 'free' })
        trace.run(200)
        allocator.validate()
        const words = wordsOf(allocator).slice()
        expect(words[L.headerPersist]).toBe({ none: 0, flush: 1, msync: 2 }[policy])
        outcomes.push({ answers: trace.answers, words: [...words.subarray(L.headerWords)] })
      }
      expect(outcomes[1]).toEqual(outcomes[0])
    })

    it('with msync leaves no dirty page behind an operation', async () => {
      const { allocator, path } = await open(kind, 'msync')
      // Another look at the same file, whose writes are seen as dirty pages of the same cache.
      const plain = await open(kind, 'none')
      syncAll(plain.allocator)
      for (const order of [0, 3, 7, 9]) {
        const [synced, unsynced] = [allocator, plain.allocator].map((one) => one.get(order))
        expect([dirtyBytes(path) === 0, dirtyBytes(plain.path) > 0]).toEqual([true, true])
        allocator.put(synced, order)
        plain.allocator.put(unsynced, order)
        expect([dirtyBytes(path) === 0, dirtyBytes(plain.path) > 0]).toEqual([true, true])
        syncAll(plain.allocator)
        expect(dirtyBytes(plain.path)).toBe(0)
      }
      const batch = new Uint32Array(100)
      allocator.getBatch(0, batch)
      expect(dirtyBytes(path)).toBe(0)
      allocator.putBatch(0, batch)
      expect(dirtyBytes(path)).toBe(0)
    })

    it('is recovered from the file alone, with another policy if that is asked for', async () => {
      const { allocator, path } = await open(kind, 'flush')
      const kept = [allocator.get(9), allocator.get(2)]
      const memory = await openMemory({ path })
      using again = await LLFree.open({
        backend: backends[kind],
        memory,
        frames,
        slots: SLOTS,
        persist: 'msync',
        initial: 'recover',
      })
      expect([again.statsAt(kept[0], 9).free, again.statsAt(kept[1], 2).free]).toEqual([0, 0])
      expect(wordsOf(again)[L.headerPersist]).toBe(L.persistMsync)
    })
  })

  it('has no flush for WebAssembly, which is refused', async () => {
    const { allocator } = await open('sab', 'msync')
    const attaching = LLFree.attach({ backend: backends.wasm, handle: allocator.handle, slot: 1 })
    await expect(attaching).rejects.toThrow(withCode('UNSUPPORTED'))
    await expect(open('wasm', 'flush')).rejects.toThrow(/the wasm backend cannot flush/)
  })

  it('whose header names no policy is refused', async () => {
    const { allocator } = await open('sab', 'none')
    Region.from(allocator.handle.region).words()[L.headerPersist] = 3
    const attaching = LLFree.attach({ backend: backends.sab, handle: allocator.handle, slot: 1 })
    await expect(attaching).rejects.toThrow(/persist 3, which is none of 0 to 2/)
  })
})

/** Makes the whole memory clean. */
function syncAll({ handle }: LLFreeInstance): void {
  const words = new Int32Array(Region.from(handle.region).memory.buffer)
  syncWords(words, 0, words.length)
}

/** Bytes of dirty pages in this process's mapping of a file (proc(5), smaps). */
function dirtyBytes(path: string): number {
  const lines = readFileSync('/proc/self/smaps', 'utf8').split('\n')
  // By its inode, since it was mapped before it had its name.
  const { ino } = statSync(path)
  const at = lines.findIndex((line) => /^[\da-f]+-[\da-f]+ /.test(line) && Number(line.split(/\s+/)[4]) === ino)
  if (at < 0) throw new Error(`${path} is not mapped`)
  const dirty = lines.slice(at, at + 20).filter((line) => /^(?:Shared|Private)_Dirty:/.test(line))
  return dirty.reduce((sum, line) => sum + Number(/(\d+) kB/.exec(line)?.[1]) * 1024, 0)
}
