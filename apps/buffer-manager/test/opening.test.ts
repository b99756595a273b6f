// Who may open a store, and where: directories that cannot be written, other processes, locks of processes that are
// gone, paths of all kinds, readers that outlive a writer.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { open, type StoreOptions } from '../src/index.ts'
import { canMakeDisks, SmallDisk } from './disk-full/small-disk.ts'
import { testFolder } from './log/opened.ts'

const small = { backend: 'sab', cacheBytes: 1 << 20, maxBytes: 1 << 26 } satisfies StoreOptions

describe('a directory', () => {
  it.skipIf(!canMakeDisks())('that cannot be written is refused for writing, and read', async () => {
    using disk = new SmallDisk(1 << 24)
    const path = join(disk.path, 'store')
    {
      await using store = await open(path, small)
      await store.put('a', 'b')
    }
    disk.remount('ro')
    await expect(open(path, small)).rejects.toMatchObject({ code: 'READ_ONLY' })
    await expect(open(join(disk.path, 'other'), small)).rejects.toMatchObject({ code: 'READ_ONLY' })
    await using store = await open(path, { ...small, readOnly: true })
    expect(store.getSync('a')).toBe('b')
    await expect(store.put('a', 'c')).rejects.toMatchObject({ code: 'READ_ONLY' })
  })

  it('can have a name with spaces and letters of any script, and is made with those above it', async () => {
    using folder = testFolder()
    const path = join(folder.path, 'a b', 'größer', '数据 ‮📦', 'it\'s "quoted"')
    for (let i = 0; i < 3; i++) {
      await using store = await open(path, small)
      expect(store.getSync('ключ')).toBe(i === 0 ? undefined : `значение ${i - 1}`)
      await store.put('ключ', `значение ${i}`)
    }
    await using reader = await open(path, { ...small, readOnly: true })
    expect(reader.getSync('ключ')).toBe('значение 2')
  })

  it('without a store is none, unless one may be made', async () => {
    using folder = testFolder()
    const path = join(folder.path, 'store')
    await expect(open(path, { ...small, create: false })).rejects.toMatchObject({ code: 'NOT_A_STORE' })
    await expect(open(path, { ...small, readOnly: true })).rejects.toMatchObject({ code: 'NOT_A_STORE' })
    expect(existsSync(path)).toBe(false)
    mkdirSync(path)
    await expect(open(path, { ...small, create: false })).rejects.toMatchObject({ code: 'NOT_A_STORE' })
    expect(readdirSync(path)).toEqual([])
    writeFileSync(join(folder.path, 'file'), 'no directory')
    await expect(open(join(folder.path, 'file'), small)).rejects.toMatchObject({ code: 'SYSTEM' })
  })
})

describe('a store that is opened again and again by processes that are killed', () => {
  it('does not fill the disk with segments of the log', async () => {
    using folder = testFolder()
    const pathOf = (i: number): string => join(folder.path, String(i))
    for (let i = 0; i < 25; i++) {
      await using store = await open(pathOf(i), small)
      expect(store.getSync('a')).toBe(i === 0 ? undefined : 'b')
      if (i === 0) await store.put('a', 'b')
      cpSync(pathOf(i), pathOf(i + 1), { recursive: true, filter: (name) => !name.endsWith('/lock') })
    }
    expect(readdirSync(pathOf(25)).filter((name) => name.startsWith('log.')).length).toBeLessThan(12)
  })
})

describe('a second writer', () => {
  it('is refused while the first has the store, in the same process too, and let in afterwards', async () => {
    using folder = testFolder()
    const first = await open(folder.path, small)
    await first.put('a', 'b')
    await expect(open(folder.path, small)).rejects.toMatchObject({ code: 'LOCKED' })
    await first.close()
    await using second = await open(folder.path, small)
    expect(second.getSync('a')).toBe('b')
  })

  it('of several that come at the same time is refused: one gets it', async () => {
    using folder = testFolder()
    const all = await Promise.allSettled(Array.from({ length: 6 }, () => open(folder.path, small)))
    const opened = all.filter((one) => one.status === 'fulfilled')
    const codes = all.filter((one) => one.status === 'rejected').map(({ reason }) => (reason as { code: string }).code)
    expect(opened.length).toBe(1)
    expect(new Set(codes)).toEqual(new Set(['LOCKED']))
    await opened[0].value.put('a', 'b')
    await opened[0].value.close()
    expect(readdirSync(folder.path).filter((name) => name.startsWith('lock'))).toEqual([])
  })

  it('is refused while another process has it, and takes it over when that was killed', async () => {
    using folder = testFolder()
    const holder = spawn(
      process.execPath,
      [fileURLToPath(new URL('opening/holder.ts', import.meta.url)), folder.path],
      {
        stdio: ['ignore', 'pipe', 'inherit'],
      },
    )
    try {
      await once(holder.stdout, 'data')
      await expect(open(folder.path, small)).rejects.toMatchObject({ code: 'LOCKED' })
    } finally {
      holder.kill('SIGKILL')
      await once(holder, 'exit')
    }
    await using store = await open(folder.path, small)
    expect(store.getSync('from')).toBe(String(holder.pid))
    expect(store.info().recovered.commits).toBe(1)
  })

  it.each([
    ['is empty', ''],
    ['is torn', '{"pid":'],
    ['is of a process that is gone', JSON.stringify({ pid: 2 ** 22 + 1, host: hostname(), began: '1' })],
  ])('takes over a lock that %s', async (_name, text) => {
    using folder = testFolder()
    await (await open(folder.path, small)).close()
    writeFileSync(join(folder.path, 'lock'), text)
    await using store = await open(folder.path, small)
    await store.put('a', 'b')
  })

  it('does not take over the lock of another machine', async () => {
    using folder = testFolder()
    writeFileSync(join(folder.path, 'lock'), JSON.stringify({ pid: 1, host: 'another.example', began: '1' }))
    await expect(open(folder.path, small)).rejects.toMatchObject({ code: 'LOCKED' })
  })
})

describe('a reader', () => {
  it('keeps what it reads while writers close, open and overwrite everything', async () => {
    using folder = testFolder()
    const keys = Array.from({ length: 400 }, (_, i) => `key ${i}`)
    const fill = async (value: string): Promise<void> => {
      await using store = await open(folder.path, small)
      for (let round = 0; round < 3; round++) {
        await store.batch(keys.map((key) => ({ type: 'put', key, value: `${value} ${round} of ${key}`.repeat(50) })))
        await store.checkpoint()
      }
    }
    await fill('first')
    await using reader = await open(folder.path, { ...small, cacheBytes: 1 << 18, readOnly: true })
    const before = [...reader.entriesSync()]
    for (const value of ['second', 'third', 'fourth']) {
      await fill(value)
      expect([...reader.entriesSync()]).toEqual(before)
    }
    await reader.validate()
    expect(await reader.refresh()).toBe(true)
    expect(reader.getSync('key 7')).toBe('fourth 2 of key 7'.repeat(50))
  })
})
