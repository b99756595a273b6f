// Reading from the file and writing to it: in batches, while somebody else does the same, and when it goes wrong.
import type { PageArea } from '@parperos/alloc-api'
import { readFileSync, writeFileSync } from 'node:fs'
import { describe, expect, it, vi } from 'vitest'
import { StoreError } from '../src/errors.ts'
import { PAGE_BYTES } from '../src/pages/page.ts'
import { MISS } from '../src/pool/pool.ts'
import { SinglePages } from '../src/pool/single-page.ts'
import { valueOf } from './support/page-content.ts'
import { change, coded, codeOf, damage, everyPage, expectInFile, fill, read } from './support/pool-use.ts'
import { kinds, openWorld } from './support/pool-world.ts'

describe.each(kinds)('a pool on %s', (kind) => {
  describe('writing back', () => {
    it('writes the pages that are wanted, and no others', async () => {
      await using world = await openWorld(kind)
      const { pool } = world
      for (let page = 0; page < 40; page++) change(pool, page, 5, page % 2 === 0 ? 2 ** 40 : 10)
      expect(await pool.writeBack((birth) => birth === 2 ** 40)).toBe(20)
      expect(pool.stats().dirty).toBe(20)
      expectInFile(world, 4, 5)
      expectInFile(world, 5, 0)
      expect(pool.writeBackSync((birth) => birth === 10)).toBe(20)
      expectInFile(world, 5, 5)
      expect(await pool.writeBack(() => true)).toBe(0)
    })

    it('waits for pages that are latched', async () => {
      await using world = await openWorld(kind)
      const { pool } = world
      change(pool, 3, 1)
      expect(pool.tryLock(3)).toBe(true)
      const written = pool.writeBack(() => true)
      await new Promise((resolve) => setTimeout(resolve, 10))
      pool.at(3)
      fill(pool, 3, 2)
      expect(await written).toBe(1)
      expectInFile(world, 3, 2)
    })

    it('leaves nothing latched when it is asked something that throws', async () => {
      await using world = await openWorld(kind)
      const { pool } = world
      for (const page of [1, 2, 3]) change(pool, page, 1)
      let asked = 0
      const wanted = (): boolean => {
        if (++asked === 3) throw new Error('no')
        return true
      }
      await expect(pool.writeBack(wanted)).rejects.toThrow('no')
      for (const page of [1, 2, 3]) change(pool, page, 2)
      expect(pool.writeBackSync(() => true)).toBe(3)
    })

    it('says why it failed; then the pages are still dirty, and nobody has them', async () => {
      class FullDisk extends SinglePages {
        override write(_area: PageArea, page: number): void {
          throw new StoreError('DISK_FULL', `page ${page} cannot be written: the disk is full`)
        }
      }
      await using world = await openWorld(kind, { frames: 16, pages: 100, readOnly: true, file: new FullDisk(-1) })
      const { pool } = world
      for (let page = 0; page < 8; page++) change(pool, page, 1)
      await expect(pool.writeBack(() => true)).rejects.toThrow(coded('DISK_FULL'))
      expect(codeOf(() => pool.writeBackSync(() => true))).toBe('DISK_FULL')
      expect(pool.stats().dirty).toBe(8)
      // Clean pages make room as long as there are any.
      for (let page = 10; page < 60; page++) expect(read(pool, page)).toBe(0)
      for (let page = 0; page < 8; page++) change(pool, page, 2)
      const fillUp = (): void => {
        for (let page = 8; page < 100; page++) change(pool, page, 1)
      }
      expect(codeOf(fillUp)).toBe('DISK_FULL')
      await expect(pool.fetch(99)).rejects.toThrow(coded('DISK_FULL'))
    })
  })

  describe('fetching', () => {
    it('reads what is asked for in one turn as one batch, neighbours as one run, each page once', async () => {
      await using world = await openWorld(kind, { frames: 128 })
      const { pool, areas } = world
      const batches: number[] = []
      for (const { io } of areas.slice(1)) {
        const whole = io.read.bind(io)
        vi.spyOn(io, 'read').mockImplementation((runs) => {
          batches.push(runs as number)
          return whole(runs)
        })
      }
      await Promise.all([4, 2, 3, 9, 2, 3].map((page) => pool.fetch(page)))
      expect(batches).toEqual([2])
      for (const page of [2, 3, 4, 9]) expect(pool.begin(page)).not.toBe(MISS)
    })

    it('collects what is asked for while all lanes are busy', async () => {
      await using world = await openWorld(kind, { frames: 128 })
      const { pool, areas } = world
      const batches: number[] = []
      for (const { io } of areas.slice(1)) {
        const whole = io.read.bind(io)
        vi.spyOn(io, 'read').mockImplementation(async (runs) => {
          const done = await whole(runs)
          batches.push(done)
          await new Promise((resolve) => setTimeout(resolve, 5))
          return done
        })
      }
      const asked: Promise<void>[] = []
      for (let page = 0; page < 10; page++) {
        asked.push(pool.fetch(page * 2))
        await Promise.resolve()
      }
      await Promise.all(asked)
      expect(batches.length).toBe(3)
      expect(batches.reduce((sum, pages) => sum + pages)).toBe(10)
    })

    it('is no miss where a page was prefetched', async () => {
      await using world = await openWorld(kind)
      const { pool } = world
      pool.prefetch([1, 2, 3, 2 ** 30, -1])
      while (pool.stats().resident < 3) await new Promise((resolve) => setTimeout(resolve, 1))
      for (const page of [1, 2, 3]) expect(read(pool, page)).toBe(0)
      expect(pool.stats()).toMatchObject({ hits: 3, misses: 0 })
    })

    it('shows what somebody has read but not shown, who may be gone', async () => {
      await using world = await openWorld(kind)
      const { pool, areas } = world
      areas[2].io.readSync([{ page: 7, count: 3 }])
      expect(pool.begin(7)).toBe(MISS)
      expect(read(pool, 7)).toBe(0)
      await pool.fetch(8)
      expect(pool.begin(8)).not.toBe(MISS)
      change(pool, 9, 5)
      expect(pool.stats().resident).toBe(3)
    })

    it('reads a copy beside the pool while a transfer has the page', async () => {
      await using world = await openWorld(kind)
      const { pool, areas } = world
      const transfer = areas[1].io.read([{ page: 7, count: 1 }])
      const ticket = pool.beginSync(7)
      expect(valueOf(pool.words, pool.base >>> 2, 7)).toBe(0)
      expect(pool.stats().resident).toBe(0)
      // Found again without being read again, and others are where they are.
      expect(pool.begin(7)).toBe(ticket)
      expect(read(pool, 8)).toBe(0)
      expect(pool.begin(7)).toBe(ticket)
      expect(valueOf(pool.words, pool.base >>> 2, 7)).toBe(0)
      await transfer
      // It is the same version in the frame.
      change(pool, 8, 1)
      expect(pool.isUnchanged(7, ticket)).toBe(true)
      await pool.fetch(7)
      change(pool, 7, 1)
      expect(pool.isUnchanged(7, ticket)).toBe(false)
      expect(read(pool, 7)).toBe(1)
    })

    it('reads a copy of what its own lanes are reading', async () => {
      await using world = await openWorld(kind)
      const { pool } = world
      const fetched = pool.fetch(7)
      await Promise.resolve()
      expect(read(pool, 7)).toBe(0)
      await fetched
      expect(read(pool, 7)).toBe(0)
    })
  })

  describe('damage', () => {
    it('of a page is CORRUPT for whoever asks for it, and for nobody else', async () => {
      await using world = await openWorld(kind, { frames: 128 })
      const { pool } = world
      const repair = damage(world, 5)
      expect(codeOf(() => pool.beginSync(5))).toBe('CORRUPT')
      expect(codeOf(() => pool.tryLock(5))).toBe('CORRUPT')
      const all = await Promise.allSettled(everyPage(40).map((page) => pool.fetch(page)))
      all.forEach((each, page) => expect(each.status, `page ${page}`).toBe(page === 5 ? 'rejected' : 'fulfilled'))
      expect(all[5]).toMatchObject({ reason: coded('CORRUPT') })
      expect(pool.begin(5)).toBe(MISS)
      expect(pool.stats().resident).toBe(39)
      expect(world.areas[0].stats().resident).toBe(39)
      repair()
      expect(read(pool, 5)).toBe(0)
    })

    it('is also a whole page in another’s place', async () => {
      await using world = await openWorld(kind)
      const content = readFileSync(world.path)
      content.copyWithin(5 * PAGE_BYTES, 6 * PAGE_BYTES, 7 * PAGE_BYTES)
      writeFileSync(world.path, content)
      expect(codeOf(() => world.pool.beginSync(5))).toBe('CORRUPT')
    })

    it('is found where a copy is read beside the pool', async () => {
      await using world = await openWorld(kind)
      const { pool, areas } = world
      damage(world, 5)
      const transfer = areas[1].io.read([{ page: 5, count: 1 }])
      expect(codeOf(() => pool.beginSync(5))).toBe('CORRUPT')
      await transfer
      await expect(pool.fetch(5)).rejects.toThrow(coded('CORRUPT'))
      expect(areas[0].stats().resident).toBe(0)
    })

    it('is a file that ends too early', async () => {
      await using world = await openWorld(kind, { pages: 100, filled: 10 })
      const { pool } = world
      expect(codeOf(() => pool.beginSync(10))).toBe('CORRUPT')
      await expect(pool.fetch(10)).rejects.toThrow('page 10 is needed, but the file ends before it')
      const both = await Promise.allSettled([pool.fetch(9), pool.fetch(10), pool.fetch(11)])
      expect(both.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'rejected'])
    })

    it('is the number of a page that cannot be', async () => {
      await using world = await openWorld(kind, { pages: 100 })
      const { pool } = world
      for (const page of [100, -1, 2 ** 31 - 1]) {
        expect(pool.begin(page)).toBe(MISS)
        expect(codeOf(() => pool.beginSync(page))).toBe('CORRUPT')
        expect(codeOf(() => pool.tryLock(page))).toBe('CORRUPT')
        expect(codeOf(() => pool.create(page))).toBe('CORRUPT')
        expect(codeOf(() => pool.drop([1, page]))).toBe('CORRUPT')
        await expect(pool.fetch(page)).rejects.toThrow(coded('CORRUPT'))
      }
    })
  })

  it('closing waits for what is in flight, and refuses what has not begun', async () => {
    const world = await openWorld(kind)
    const { pool } = world
    const begun = pool.fetch(1)
    await Promise.resolve()
    const asked = pool.fetch(2)
    const closing = pool.close()
    await expect(asked).rejects.toThrow(coded('CLOSED'))
    await expect(begun).resolves.toBeUndefined()
    await closing
    await expect(pool.fetch(3)).rejects.toThrow(coded('CLOSED'))
    await expect(pool.writeBack(() => true)).resolves.toBe(0)
    await world[Symbol.asyncDispose]()
  })
})
