// A full disk: what needs room is refused with a code, and when there is room again the store opens with everything
// that was acknowledged. And a disk that refuses to sync.
import fs from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { open, StoreError, type Store, type StoreOptions, type SyncMode } from '../src/index.ts'
import { canMakeDisks, SmallDisk } from './disk-full/small-disk.ts'
import { Lane } from './durability/lane.ts'
import { perform } from './durability/perform.ts'
import { verify } from './durability/verify.ts'
import { replaced } from './support/replaced.ts'

const small = {
  backend: 'sab',
  cacheBytes: 1 << 19,
  maxBytes: 1 << 28,
  checkpointBytes: 1 << 18,
} satisfies StoreOptions
const hasDisks = canMakeDisks()

/** Commits until one is refused; the code. */
async function fill(store: Store, lane: Lane): Promise<string> {
  for (let i = 0; i < 20_000; i++) {
    const commit = lane.next()
    try {
      await perform(store, commit)
    } catch (error) {
      return error instanceof StoreError ? error.code : String(error)
    }
    lane.apply(commit)
  }
  return 'the disk is never full'
}

async function closeAnyhow(store: Store): Promise<void> {
  await store.close().catch((error: unknown) => {
    if (!(error instanceof StoreError)) throw error
  })
}

describe.skipIf(!hasDisks)('a store on a full disk', () => {
  const sizes = [900_000, 1_400_000, 1_900_000]
  const cases = (['full', 'group', 'off'] as SyncMode[]).flatMap((sync) => sizes.map((bytes) => ({ sync, bytes })))

  it.each(cases)("says so, and keeps what was acknowledged: sync '$sync', $bytes bytes", async ({ sync, bytes }) => {
    using disk = new SmallDisk(bytes)
    const path = join(disk.path, 'store')
    const options = { ...small, sync }
    const lane = new Lane('lane', bytes)
    const store = await open(path, options)
    expect(await fill(store, lane)).toBe('DISK_FULL')
    await closeAnyhow(store)
    // While there is no room it is refused, or it opens and has everything.
    const again = await open(path, options).catch((error: unknown) => error as StoreError)
    if (again instanceof Error) expect(again.code).toBe('DISK_FULL')
    else await closeAnyhow(again)
    disk.remount(`size=${4 * bytes}`)
    await using opened = await open(path, options)
    const found = new Lane('lane', bytes)
    await verify(
      opened,
      [found],
      () => (sync === 'off' ? 0 : lane.count),
      () => lane.count + 1,
    )
    for (let i = 0; i < 50; i++) {
      const commit = found.next()
      await perform(opened, commit)
      found.apply(commit)
    }
    await verify(
      opened,
      [found.clone()],
      () => found.count,
      () => found.count,
    )
  })

  it('refuses to load what does not fit, and goes on', async () => {
    using disk = new SmallDisk(3_000_000)
    const path = join(disk.path, 'store')
    const store = await open(path, small)
    await store.put('before', 'there')
    const entries = Array.from({ length: 40_000 }, (_, i): [string, string] => [
      String(i).padStart(8, '0'),
      'x'.repeat(100),
    ])
    await expect(store.tree('loaded').load(entries)).rejects.toMatchObject({ code: 'DISK_FULL' })
    expect(store.tree('loaded').count()).toBe(0)
    expect(store.getSync('before')).toBe('there')
    disk.remount('size=16000000')
    expect(await store.tree('loaded').load(entries)).toBe(entries.length)
    await store.validate()
    await store.close()
    await using again = await open(path, small)
    expect(again.getSync('before')).toBe('there')
    expect(again.tree('loaded').count()).toBe(entries.length)
    await again.validate()
  })

  it('cannot be made there', async () => {
    using disk = new SmallDisk(4096)
    await expect(open(join(disk.path, 'store'), small)).rejects.toMatchObject({ code: 'DISK_FULL' })
    disk.remount('size=4000000')
    await using store = await open(join(disk.path, 'store'), small)
    await store.put('a', 'b')
  })
})

describe('a disk that has no room for a new segment of the log', () => {
  it('does not harm: what was refused is not there, and the next commit succeeds when there is room', async () => {
    const path = fs.mkdtempSync(join(tmpdir(), 'parperos-segment-'))
    const options = { ...small, sync: 'off', checkpointBytes: 1 << 20 } satisfies StoreOptions
    try {
      const value = 'v'.repeat(50_000)
      const committed: string[] = []
      const refused: string[] = []
      {
        await using store = await open(path, options)
        const commit = (): void => {
          const key = `key ${committed.length + refused.length}`
          try {
            if (committed.length % 2 === 0) store.putSync(key, value)
            else store.tree(key).putSync(key, value)
            committed.push(key)
          } catch (error) {
            expect(error).toMatchObject({ code: 'DISK_FULL' })
            refused.push(key)
          }
        }
        {
          using _full = replaced({
            renameSync: () => {
              throw Object.assign(new Error('ENOSPC: no space left on device, rename'), { code: 'ENOSPC' })
            },
          })
          while (refused.length < 6) commit()
        }
        for (let i = 0; i < 40; i++) commit()
        await store.validate()
      }
      await using again = await open(path, options)
      await again.validate()
      for (const [i, key] of committed.entries())
        expect((i % 2 === 0 ? again : again.tree(key)).getSync(key)).toBe(value)
      for (const key of refused) expect([again.hasSync(key), again.tree(key).count()]).toEqual([false, 0])
    } finally {
      fs.rmSync(path, { recursive: true, force: true })
    }
  })
})

describe('a disk that refuses to sync', () => {
  it('ends the store, since nobody knows what is lost; opening it again recovers what was acknowledged', async () => {
    const path = fs.mkdtempSync(join(tmpdir(), 'parperos-sync-'))
    try {
      const store = await open(path, small)
      await store.put('a', '1')
      {
        using _broken = replaced({
          fsync: (_fd: number, done: fs.NoParamCallback): void => {
            setImmediate(done, Object.assign(new Error('EIO: i/o error, fsync'), { code: 'EIO' }))
          },
        })
        await expect(store.checkpoint()).rejects.toMatchObject({ code: 'SYSTEM' })
      }
      await expect(store.checkpoint()).rejects.toMatchObject({ code: 'SYSTEM' })
      await expect(store.put('a', '2')).rejects.toMatchObject({ code: 'SYSTEM' })
      expect(() => store.getSync('a')).toThrow(expect.objectContaining({ code: 'SYSTEM' }) as Error)
      await closeAnyhow(store)
      await using again = await open(path, small)
      expect(again.getSync('a')).toBe('1')
      await again.validate()
    } finally {
      fs.rmSync(path, { recursive: true, force: true })
    }
  })
})
