// The files in which readers make themselves known, when they are not what a reader writes: no page is used again that somebody
// may read, or that would be needed after a kill, and whoever cannot go on is told by a code.
import { cpSync, mkdirSync, readdirSync, rmdirSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { basename, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { StoreError } from '../src/index.ts'
import { thisProcess } from '../src/store/process-lock.ts'
import { readRound, writeRound } from './processes/rounds.ts'
import { failing, folderOf, openReader, writeRounds } from './support/readers-folder.ts'
import { freshPaths, openSmall } from './support/stores.ts'

const freshPath = freshPaths('readers-files')

const codeOf = (caught: unknown): string => (caught instanceof StoreError ? caught.code : `no StoreError: ${String(caught)}`)
const ofTheDead = JSON.stringify({ pid: 2 ** 22 + 1, host: hostname(), began: '1', epoch: 1 })

describe('a reader’s file', () => {
  test.each([
    ['is empty', ''],
    ['is torn', JSON.stringify({ ...thisProcess(), epoch: 1 }).slice(0, -5)],
    ['is no JSON', '\0\0\0\0'],
    ['is null', 'null'],
    ['is a list', '[]'],
    ['tells no process', '{"epoch":1}'],
    ['is of a process that is gone', ofTheDead],
  ])('that %s counts for nothing, and is removed', async (_, text) => {
    const path = freshPath()
    await using store = await openSmall(path)
    mkdirSync(folderOf(path))
    writeFileSync(join(folderOf(path), '7.somebody'), text)
    await writeRounds(store, 1)
    const { pages } = store.stats()
    // What each round leaves is used again by a later one.
    await writeRounds(store, 11)
    expect(store.stats().pages).toBe(pages)
    expect(readdirSync(folderOf(path))).toEqual([])
  })

  describe.each([
    ['no epoch', {}],
    ['an epoch that is null', { epoch: null }],
    ['an epoch that is no number', { epoch: 'first' }],
    ['a list of epochs', { epoch: [1, 2] }],
  ])('of a process that is alive, with %s,', (_, said) => {
    const plant = (path: string): void => {
      mkdirSync(folderOf(path), { recursive: true })
      writeFileSync(join(folderOf(path), `${process.pid}.planted`), JSON.stringify({ ...thisProcess(), ...said }))
    }

    test('leaves another reader the pages that it reads', async () => {
      const path = freshPath()
      await using store = await openSmall(path)
      await writeRound(store, 1)
      await store.checkpoint()
      await using reader = await openReader(path)
      plant(path)
      await writeRounds(store, 2)
      expect(await readRound(reader, reader.tree('other'))).toBe(1)
    })

    test('leaves the store the pages of its checkpoint, which are needed after a kill', async () => {
      const path = freshPath()
      await using store = await openSmall(path, { sync: 'group', cacheBytes: 64 * 4096 })
      plant(path)
      await writeRounds(store, 1)
      for (const round of [11, 12, 13]) await writeRound(store, round)
      const killed = freshPath()
      cpSync(path, killed, { recursive: true, filter: (name) => !/lock|readers/.test(basename(name)) })
      await using again = await openSmall(killed)
      expect(await readRound(again, again.tree('other'))).toBe(13)
      await again.validate()
    })
  })

  const unreadable: [string, (path: string) => Disposable][] = [
    ['cannot be read', () => failing('readFileSync', 'EIO')],
    ['is a folder', (path) => {
      mkdirSync(path)
      return { [Symbol.dispose]: () => rmdirSync(path) }
    }],
  ]
  test.each(unreadable)('that %s is in nobody’s way, or is told of with a code; then all goes on', async (_, plant) => {
    const path = freshPath()
    const store = await openSmall(path)
    await writeRound(store, 1)
    await store.checkpoint()
    const reader = await openReader(path)
    await writeRound(store, 2)
    const outcomes: string[] = []
    const tried = async (does: () => Promise<unknown>): Promise<void> => {
      outcomes.push(await does().then(() => 'done', codeOf))
    }
    {
      using _planted = plant(join(folderOf(path), '7.planted'))
      await tried(() => store.checkpoint())
      await tried(() => store.close())
      await tried(async () => (await openReader(path)).close())
      await tried(async () => (await openSmall(path)).close())
    }
    expect(outcomes.filter((outcome) => outcome !== 'done' && outcome !== 'SYSTEM')).toEqual([])
    await using again = await openSmall(path)
    await again.checkpoint()
    expect(await readRound(again, again.tree('other'))).toBe(2)
    expect([await reader.refresh(), await readRound(reader, reader.tree('other'))]).toEqual([true, 2])
    await reader.close()
  })

  test('of a process that is gone stays if it cannot be removed, and counts for nothing', async () => {
    const path = freshPath()
    await using store = await openSmall(path)
    mkdirSync(folderOf(path))
    writeFileSync(join(folderOf(path), '7.planted'), ofTheDead)
    using _broken = failing('rmSync', 'EACCES')
    await writeRounds(store, 1)
    const { pages } = store.stats()
    await writeRounds(store, 11)
    expect(store.stats().pages).toBe(pages)
    expect(readdirSync(folderOf(path))).toEqual(['7.planted'])
  })
})
