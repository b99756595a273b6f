// What tests do with pools, and how they look at what came of it.
import { readFileSync, writeFileSync } from 'node:fs'
import { expect } from 'vitest'
import { StoreError } from '../../src/errors.ts'
import { isSealed, PAGE_BYTES } from '../../src/pages/page.ts'
import { MISS, type Pool } from '../../src/pool/pool.ts'
import { fillPage, valueOf } from './page-content.ts'
import type { World } from './pool-world.ts'

/** The value of a page, fetched if needed. */
export function read(pool: Pool, page: number): number {
  const ticket = pool.beginSync(page)
  const value = valueOf(pool.words, pool.base >>> 2, page)
  expect(pool.isUnchanged(page, ticket)).toBe(true)
  return value
}

/** Overwrites a page that the pool has just latched, and lets it go. */
export function fill(pool: Pool, page: number, value: number, birth = 1): void {
  fillPage(pool.words, pool.base >>> 2, page, value, birth)
  pool.unlock(page)
}

export function change(pool: Pool, page: number, value: number, birth = 1): void {
  expect(pool.tryLock(page)).toBe(true)
  fill(pool, page, value, birth)
}

export function expectInFile(world: World, page: number, value: number): void {
  const words = world.inFile(page)
  expect(isSealed(words, 0, page), `page ${page} is sealed`).toBe(true)
  expect(valueOf(words, 0, page), `page ${page} in the file`).toBe(value)
}

/** Reads other pages until this one is not in memory. */
export function evict(pool: Pool, page: number): void {
  for (let other = 0; pool.begin(page) !== MISS; other = (other + 1) % pool.pages) {
    for (let i = 0; i < 8; i++) if ((other + i) % pool.pages !== page) pool.beginSync((other + i) % pool.pages)
    other += 7
  }
}

export const codeOf = (body: () => unknown): string => {
  try {
    body()
  } catch (error) {
    if (error instanceof StoreError) return error.code
    throw error
  }
  return 'nothing was thrown'
}

export const coded = (code: string): Error => expect.objectContaining({ code }) as Error

export function damage(world: World, page: number): () => void {
  const before = readFileSync(world.path)
  const after = Buffer.from(before)
  after[page * PAGE_BYTES + 2000] ^= 1
  writeFileSync(world.path, after)
  return () => writeFileSync(world.path, before)
}

export const everyPage = (pages: number): number[] => Array.from({ length: pages }, (_, page) => page)
