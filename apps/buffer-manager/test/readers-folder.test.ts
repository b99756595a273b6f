// The folder in which readers make themselves known, when something is wrong with it: whoever needs it is told by a code, and the
// store goes on.
import { cpSync, existsSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { StoreErrorCode } from '../src/index.ts'
import { canMakeDisks, SmallDisk } from './disk-full/small-disk.ts'
import { readRound, writeRound } from './processes/rounds.ts'
import { failing, folderOf, makeStore, openReader, writeRounds } from './support/readers-folder.ts'
import { error, freshPaths, keyOf, openSmall } from './support/stores.ts'

const freshPath = freshPaths('readers-folder')

describe('a file in the place of the folder', () => {
  test('fails checkpoints with SYSTEM, and nothing else; when it is gone they succeed', async () => {
    const path = freshPath()
    {
      await using store = await makeStore(path)
      writeFileSync(folderOf(path), '')
      for (let i = 0; i < 3; i++) await expect(store.checkpoint()).rejects.toThrow(error('SYSTEM', 'readers'))
      // Far more log than begins a checkpoint, and than a commit waits for.
      for (let i = 0; i < 300; i++) await store.put(keyOf(i), 'x'.repeat(2000))
      for (let i = 300; i < 600; i++) store.putSync(keyOf(i), 'x'.repeat(2000))
      await expect(store.flush()).rejects.toThrow(error('SYSTEM', 'readers'))
      await store.flush()
      expect([store.count(), store.getSync('a')]).toEqual([601, '1'])
      await store.validate()
      const { checkpoints } = store.stats()
      rmSync(folderOf(path))
      await store.checkpoint()
      expect(store.stats().checkpoints).toBeGreaterThan(checkpoints)
    }
    await using again = await openSmall(path)
    expect(again.count()).toBe(601)
    await again.validate()
  })

  test('fails closing, which gives everything back all the same', async () => {
    const path = freshPath()
    const store = await makeStore(path)
    writeFileSync(folderOf(path), '')
    await store.put('a', '2')
    await expect(store.close()).rejects.toThrow(error('SYSTEM', 'readers'))
    expect(existsSync(join(path, 'lock'))).toBe(false)
    rmSync(folderOf(path))
    await using again = await openSmall(path)
    expect(again.getSync('a')).toBe('2')
    await again.validate()
  })

  test('fails opening, which leaves nothing behind', async () => {
    const path = freshPath()
    await (await makeStore(path)).close()
    writeFileSync(folderOf(path), '')
    const before = readdirSync(path)
    await expect(openSmall(path)).rejects.toThrow(error('SYSTEM', 'readers'))
    await expect(openReader(path)).rejects.toThrow(error('SYSTEM', 'reader'))
    expect(readdirSync(path)).toEqual(before)
    rmSync(folderOf(path))
    await using store = await openSmall(path)
    await using reader = await openReader(path)
    expect([store.getSync('a'), reader.getSync('a')]).toEqual(['1', '1'])
  })
})

test.each(['EMFILE', 'EIO', 'EACCES'])('a folder that cannot be listed (%s) fails a checkpoint, and the next one succeeds', async (code) => {
  const path = freshPath()
  await using store = await makeStore(path)
  await using reader = await openReader(path)
  await store.put('a', '2')
  {
    using _broken = failing('readdirSync', code)
    await expect(store.checkpoint()).rejects.toThrow(error(code === 'EACCES' ? 'READ_ONLY' : 'SYSTEM'))
  }
  await store.checkpoint()
  expect([await reader.refresh(), reader.getSync('a')]).toEqual([true, '2'])
})

test('a reader goes on from what a failed checkpoint has left to the next one', async () => {
  const path = freshPath()
  await using store = await openSmall(path)
  await writeRound(store, 1)
  await store.checkpoint()
  await writeRound(store, 2)
  {
    using _broken = failing('readdirSync', 'EMFILE')
    await expect(store.checkpoint()).rejects.toThrow(error('SYSTEM'))
  }
  await using reader = await openReader(path)
  expect([1, 2]).toContain(await readRound(reader, reader.tree('other')))
  await writeRound(store, 3)
  await store.checkpoint()
  const hasGoneOn = await reader.refresh()
  // If it says that it reads another checkpoint than it does, the pages of that one are used again by these.
  await writeRounds(store, 4)
  expect([hasGoneOn, await readRound(reader, reader.tree('other'))]).toEqual([true, 3])
})

test('checkpoints that fail, however many, leave all pages to others', async () => {
  const path = freshPath()
  await using store = await openSmall(path, { backend: 'sab', maxBytes: 1 << 20 })
  await store.put('a', '1')
  {
    using _broken = failing('readdirSync', 'EMFILE')
    // More than the store has pages.
    for (let i = 0; i < 300; i++) await expect(store.checkpoint()).rejects.toThrow(error('SYSTEM'))
  }
  await store.checkpoint()
  for (let i = 0; i < 100; i++) await store.put(keyOf(i), 'x'.repeat(4000))
  await store.validate()
})

test('a load whose checkpoint fails for that leaves nothing behind, also after a kill', async () => {
  const path = freshPath()
  await using store = await openSmall(path, { backend: 'sab', sync: 'group', cacheBytes: 64 * 4096 })
  await writeRounds(store, 1)
  {
    using _broken = failing('readdirSync', 'EMFILE')
    const entries = Array.from({ length: 5000 }, (_, i) => [keyOf(i), 'x'.repeat(100)] as const)
    await expect(store.tree('loaded').load(entries)).rejects.toThrow(error('SYSTEM'))
  }
  expect(store.tree('loaded').count()).toBe(0)
  // Pages of the load are used for something else.
  for (const round of [11, 12, 13]) await writeRound(store, round)
  const killed = freshPath()
  cpSync(path, killed, { recursive: true, filter: (name) => basename(name) !== 'lock' })
  await using again = await openSmall(killed)
  expect([await readRound(again, again.tree('other')), again.tree('loaded').count()]).toEqual([13, 0])
  await again.validate()
})

describe('a reader that cannot make itself known', () => {
  const refusals = (['mkdirSync', 'writeFileSync', 'renameSync'] as const).flatMap((name) =>
    [['ENOSPC', 'DISK_FULL'], ['EACCES', 'READ_ONLY'], ['EIO', 'SYSTEM']].map(([errno, code]) => ({ name, errno, code: code as StoreErrorCode })),
  )
  test.each(refusals)('is not opened, with $code: $name says $errno', async ({ name, errno, code }) => {
    const path = freshPath()
    await using store = await makeStore(path)
    {
      using _broken = failing(name, errno)
      await expect(openReader(path)).rejects.toThrow(error(code, 'reader'))
    }
    await using reader = await openReader(path)
    expect(reader.getSync('a')).toBe('1')
    await store.checkpoint()
  })

  test('stays where it is, and goes on when it can', async () => {
    const path = freshPath()
    await using store = await openSmall(path)
    await writeRound(store, 1)
    await store.checkpoint()
    await using reader = await openReader(path)
    const other = reader.tree('other')
    await writeRounds(store, 2)
    for (const name of ['writeFileSync', 'renameSync'] as const) {
      using _broken = failing(name, 'ENOSPC')
      await expect(reader.refresh()).rejects.toThrow(error('DISK_FULL', 'reader'))
    }
    expect(await readRound(reader, other)).toBe(1)
    await writeRounds(store, 12)
    expect(await readRound(reader, other)).toBe(1)
    expect([await reader.refresh(), await readRound(reader, other)]).toEqual([true, 21])
  })
})

test.skipIf(!canMakeDisks())('a reader whose disk becomes read-only goes on reading, and closes', async () => {
  using disk = new SmallDisk(1 << 24)
  const path = join(disk.path, 'store')
  await (await makeStore(path)).close()
  const reader = await openReader(path)
  disk.remount('ro')
  expect([await reader.refresh(), reader.getSync('a')]).toEqual([false, '1'])
  {
    await using other = await openReader(path)
    expect(other.getSync('a')).toBe('1')
  }
  await reader.close()
})
