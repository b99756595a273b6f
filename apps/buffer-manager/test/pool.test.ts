// The pool as its users see it: every page right, in memory and in the file, whatever its size; tickets, latches, new
// pages and dropped ones.
import { describe, expect, it } from 'vitest'
import { statesAt } from '../src/pool/layout.ts'
import { MISS, Pool } from '../src/pool/pool.ts'
import { VERSION } from '../src/pool/states.ts'
import { valueOf } from './support/page-content.ts'
import { change, codeOf, everyPage, evict, expectInFile, fill, read } from './support/pool-use.ts'
import { joinWorld, kinds, openWorld } from './support/pool-world.ts'

describe.each(kinds)('a pool on %s', (kind) => {
  describe('larger files than memory', () => {
    it('reads every page right, one after the other and all at once', async () => {
      await using world = await openWorld(kind, { pages: 500, frames: 64 })
      const { pool } = world
      for (const page of everyPage(500)) expect(read(pool, page)).toBe(0)
      await Promise.all(
        everyPage(500).map(async (page) => {
          await pool.fetch(page)
          expect(read(pool, page)).toBe(0)
        }),
      )
      const { resident, dirty, misses, evictions } = pool.stats()
      expect(resident).toBeLessThanOrEqual(64)
      expect(dirty).toBe(0)
      expect(misses).toBeGreaterThanOrEqual(900)
      expect(evictions).toBeGreaterThan(400)
    })

    it('writes what was changed, sealed, before it is evicted', async () => {
      await using world = await openWorld(kind, { pages: 300, frames: 64 })
      const { pool } = world
      for (const page of everyPage(300)) change(pool, page, page + 7)
      const inMemory = everyPage(300).filter((page) => pool.begin(page) !== MISS)
      for (const page of everyPage(300).filter((each) => !inMemory.includes(each))) expectInFile(world, page, page + 7)
      for (const page of everyPage(300)) expect(read(pool, page)).toBe(page + 7)
      expect(pool.stats().writeBacks).toBeGreaterThan(200)
    })

    it('keeps what is read again and again', async () => {
      await using world = await openWorld(kind, { pages: 500, frames: 64 })
      const { pool } = world
      pool.beginSync(0)
      let misses = 0
      for (const page of everyPage(500).slice(1)) {
        pool.beginSync(page)
        if (pool.begin(0) === MISS) misses++
        pool.beginSync(0)
      }
      // At first the clock goes round once, marking all and taking some, before anybody can say that he still reads
      // them.
      expect(misses).toBeLessThanOrEqual(1)
    })

    it('leaves no frame behind', async () => {
      await using world = await openWorld(kind, { pages: 300, frames: 64 })
      const { pool, areas } = world
      for (const page of everyPage(300)) change(pool, page, 1)
      await Promise.all(everyPage(300).map((page) => pool.fetch(page)))
      expect(areas[0].stats().resident).toBe(pool.stats().resident)
      pool.drop(everyPage(300))
      expect(areas[0].stats().resident).toBe(0)
      areas[0].validate()
    })
  })

  describe('tickets', () => {
    it('hold while a page is read, fetched again, marked or written back', async () => {
      await using world = await openWorld(kind, { frames: 64 })
      const { pool } = world
      change(pool, 5, 1)
      const ticket = pool.begin(5)
      expect(ticket & 0xff).toBe(0)
      for (let page = 100; page < 130; page++) pool.beginSync(page)
      expect(pool.begin(5)).toBe(ticket)
      expect(await pool.writeBack(() => true)).toBe(1)
      expect(pool.isUnchanged(5, ticket)).toBe(true)
    })

    it('end with a latch, while it is held and afterwards', async () => {
      await using world = await openWorld(kind)
      const { pool } = world
      const ticket = pool.beginSync(5)
      expect(pool.tryLock(5)).toBe(true)
      expect(pool.isUnchanged(5, ticket)).toBe(false)
      pool.unlock(5)
      expect(pool.isUnchanged(5, ticket)).toBe(false)
      expect(pool.begin(5)).not.toBe(ticket)
    })

    it('begin anew after 2^23 versions', async () => {
      await using world = await openWorld(kind)
      const { pool, region } = world
      pool.beginSync(5)
      const index = statesAt(pool.frames) + 5
      region.words()[index] |= VERSION
      expect(pool.begin(5)).toBe(VERSION)
      change(pool, 5, 1)
      expect(pool.isUnchanged(5, VERSION)).toBe(false)
      expect(pool.begin(5)).toBe(0)
      expect(pool.isUnchanged(5, 0)).toBe(true)
    })

    it('end with an eviction', async () => {
      await using world = await openWorld(kind, { frames: 32 })
      const { pool } = world
      const ticket = pool.beginSync(5)
      evict(pool, 5)
      expect(pool.isUnchanged(5, ticket)).toBe(false)
      pool.beginSync(5)
      expect(pool.isUnchanged(5, ticket)).toBe(false)
    })

    it('end when the page is dropped, resident or not', async () => {
      await using world = await openWorld(kind, { frames: 32 })
      const { pool } = world
      const resident = pool.beginSync(5)
      pool.drop([5])
      expect(pool.isUnchanged(5, resident)).toBe(false)
      // Beside the pool, while a transfer has it: the page itself is evicted.
      const transfer = world.areas[1].io.read([{ page: 6, count: 1 }])
      const copied = pool.beginSync(6)
      expect(pool.isUnchanged(6, copied)).toBe(true)
      pool.drop([6])
      expect(pool.isUnchanged(6, copied)).toBe(false)
      await transfer
    })
  })

  describe('latches', () => {
    it('open pages for changes, which are dirty then', async () => {
      await using world = await openWorld(kind)
      const { pool } = world
      expect(pool.tryLock(9)).toBe(true)
      expect(pool.tryLock(10)).toBe(true)
      pool.at(9)
      fill(pool, 9, 90)
      pool.at(10)
      fill(pool, 10, 100)
      expect([read(pool, 9), read(pool, 10)]).toEqual([90, 100])
      expect(pool.stats().dirty).toBe(2)
    })

    it('are not given while somebody’s transfer has the page', async () => {
      await using world = await openWorld(kind)
      const { pool, areas } = world
      const transfer = areas[1].io.read([{ page: 9, count: 1 }])
      expect(pool.tryLock(9)).toBe(false)
      expect(pool.create(9)).toBe(false)
      await transfer
      expect(pool.tryLock(9)).toBe(true)
      pool.unlock(9)
    })

    it('are kept by pages that make room for nothing', async () => {
      await using world = await openWorld(kind, { frames: 32, pages: 200 })
      const { pool } = world
      for (let page = 0; page < 20; page++) expect(pool.tryLock(page)).toBe(true)
      for (let page = 20; page < 200; page++) expect(read(pool, page)).toBe(0)
      for (let page = 0; page < 20; page++) {
        pool.at(page)
        expect(valueOf(pool.words, pool.base >>> 2, page)).toBe(0)
        pool.unlock(page)
      }
    })

    it('on all pages of the pool leave no room, until one is opened', async () => {
      await using world = await openWorld(kind, { frames: 16, pages: 200 })
      const { pool } = world
      const latched: number[] = []
      const latch = (): void => {
        for (let page = 0; ; page++) {
          expect(pool.tryLock(page)).toBe(true)
          latched.push(page)
        }
      }
      expect(codeOf(latch)).toBe('POOL_TOO_SMALL')
      expect(latched.length).toBe(16)
      expect(codeOf(() => pool.beginSync(199))).toBe('POOL_TOO_SMALL')
      expect(codeOf(() => pool.create(199))).toBe('POOL_TOO_SMALL')
      for (const page of latched) pool.unlock(page)
      expect(read(pool, 199)).toBe(0)
    })
  })

  describe('new pages', () => {
    it('need nothing in the file, and make it longer', async () => {
      await using world = await openWorld(kind, { pages: 100, filled: 10 })
      const { pool } = world
      expect(pool.create(50)).toBe(true)
      fill(pool, 50, 1)
      expect(read(pool, 50)).toBe(1)
      expect(await pool.writeBack(() => true)).toBe(1)
      expectInFile(world, 50, 1)
    })

    it('take the place of what is in memory', async () => {
      await using world = await openWorld(kind)
      const { pool } = world
      const ticket = pool.beginSync(7)
      expect(pool.create(7)).toBe(true)
      fill(pool, 7, 3)
      expect(pool.isUnchanged(7, ticket)).toBe(false)
      expect(read(pool, 7)).toBe(3)
    })

    it('can be had where somebody has read the page but not shown it', async () => {
      await using world = await openWorld(kind)
      const { pool, areas } = world
      areas[2].io.readSync([{ page: 7, count: 1 }])
      expect(pool.create(7)).toBe(true)
      fill(pool, 7, 3)
      expect(read(pool, 7)).toBe(3)
    })

    it('are evicted and read again like others', async () => {
      await using world = await openWorld(kind, { pages: 300, frames: 32, filled: 1 })
      const { pool } = world
      for (const page of everyPage(300)) {
        expect(pool.create(page)).toBe(true)
        fill(pool, page, page * 3)
      }
      for (const page of everyPage(300)) expect(read(pool, page)).toBe(page * 3)
    })
  })

  describe('dropping', () => {
    it('ends with nothing written, and frees the frames', async () => {
      await using world = await openWorld(kind)
      const { pool } = world
      for (const page of [1, 2, 3]) change(pool, page, 99)
      pool.drop([1, 3, 1, 200])
      expect(pool.stats()).toMatchObject({ resident: 1, dirty: 1 })
      expect(await pool.writeBack(() => true)).toBe(1)
      expectInFile(world, 1, 0)
      expectInFile(world, 2, 99)
    })

    it('of a page that is just being written leaves it clean', async () => {
      await using world = await openWorld(kind)
      const { pool } = world
      change(pool, 1, 99)
      const ticket = pool.begin(1)
      const written = pool.writeBack(() => true)
      await Promise.resolve()
      pool.drop([1])
      expect(pool.isUnchanged(1, ticket)).toBe(false)
      expect(await written).toBe(1)
      expect(pool.stats().dirty).toBe(0)
    })
  })

  it('two workers’ pools have the same pages', async () => {
    await using world = await openWorld(kind, { workers: 2 })
    const other = await joinWorld(world.handle, 1)
    change(world.pool, 4, 44)
    expect(other.pool.begin(4)).not.toBe(MISS)
    expect(read(other.pool, 4)).toBe(44)
    change(other.pool, 4, 45)
    expect(read(world.pool, 4)).toBe(45)
    expect(other.pool.stats().resident).toBe(1)
    await other.close()
  })
})

describe('a pool', () => {
  it('needs a Region large enough, and a page for each attachment', async () => {
    await using world = await openWorld('sab', { workers: 2, frames: 64 })
    const { areas, region, fd } = world
    const [area, ...lanes] = areas
    expect(() => new Pool({ area, lanes, region, frames: 5, fd })).toThrow('frames is a whole number from 6')
    expect(() => new Pool({ area, lanes, region, frames: 6400, fd })).toThrow('Region')
    expect(Pool.bytesFor(256, 64)).toBeLessThanOrEqual(region.byteLength)
  })

  it('can be all of a window, or of many', async () => {
    const kind = kinds.includes('mapped') ? 'mapped' : 'sab'
    await using world = await openWorld(kind, { pages: 300_000, frames: 64, filled: 5 })
    const { pool } = world
    for (const page of [0, 4, 270_000, 299_999, 3]) {
      if (page < 5) expect(read(pool, page)).toBe(0)
      else {
        expect(pool.create(page)).toBe(true)
        fill(pool, page, 8)
      }
    }
    expect([read(pool, 299_999), read(pool, 1), read(pool, 270_000)]).toEqual([8, 0, 8])
  })
})
