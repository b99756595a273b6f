// What the hooks do to a worker's modules: atomics, sources, mutants.
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { pathToFileURL } from 'node:url'
import { expect, it } from 'vitest'
import { hooksUrl, MUTANTS } from '../src/index.ts'
import { pathInRoot, sourceOf } from '../src/sources.ts'
import { newWords, run } from './run.ts'

const counter = 'tooling/observe/test/fixtures/counter.ts'

it('lets an observer see every access of code that imports #atomics', async () => {
  const words = newWords(2)
  const { seen, result } = await run('counter', words)
  expect(seen).toEqual([
    'store 0: 0 → 5',
    'add 0: 5 → 7',
    'read 0: 7 → 7',
    'write 1: 0 → 8',
    'compareExchange 1: 8 → 9',
    'read 1: 9 → 9',
  ])
  expect(result).toBe(9)
  expect([...words]).toEqual([7, 9])
})

it('leads the names of our packages to their sources, so that those are observed too', async () => {
  const { seen } = await run('slots', newWords(2))
  expect(seen.map((line) => line.split(':')[0])).toEqual(['load 1', 'compareExchange 1', 'compareExchange 1', 'read 1'])
})

it('finds the source of every subpath that alloc-api exports', () => {
  const manifest = JSON.parse(readFileSync(pathInRoot('packages/alloc-api/package.json'), 'utf8')) as {
    exports: Record<string, unknown>
  }
  const subpaths = Object.keys(manifest.exports).filter((name) => name !== './package.json')
  expect(subpaths.length).toBeGreaterThan(5)
  for (const name of subpaths) expect(sourceOf(`@parperos/alloc-api${name.slice(1)}`), name).toMatch(/\/src\/.*\.ts$/)
  expect(sourceOf('vitest')).toBeNull()
  expect(sourceOf('@parperos/observe')).toBeNull()
})

it('plants a mutant in what is loaded and leaves the file as it is', async () => {
  const before = readFileSync(pathInRoot(counter), 'utf8')
  const mutant = { file: counter, find: 'store(words, 0, 5)', replace: 'words[0] = 6' }
  const { seen, unplanted } = await run('counter', newWords(2), [mutant])
  expect(seen.slice(0, 2)).toEqual(['write 0: 0 → 6', 'add 0: 6 → 8'])
  expect(unplanted).toBe(0)
  expect(readFileSync(pathInRoot(counter), 'utf8')).toBe(before)
})

it('counts a mutant whose file was not loaded', async () => {
  const { unplanted } = await run('slots', newWords(2), [{ file: counter, find: '5', replace: '6' }])
  expect(unplanted).toBe(1)
})

it('refuses a mutant whose text occurs more than once, or nowhere', async () => {
  const twice = run('counter', newWords(2), [{ file: counter, find: 'add', replace: 'or' }])
  await expect(twice).rejects.toThrow(/exactly once.*"add" occurs 2 times in tooling\/observe\/test\/fixtures\/counter/)
  const nowhere = run('counter', newWords(2), [{ file: counter, find: 'sub', replace: 'or' }])
  await expect(nowhere).rejects.toThrow(/exactly once.*"sub" occurs 0 times/)
})

it('takes the mutants of a child process from its environment', () => {
  const code = `
    const { touch } = await import(${JSON.stringify(pathToFileURL(pathInRoot(counter)).href)})
    console.log(touch(new Int32Array(new SharedArrayBuffer(8))))`
  const child = (mutants: string): { stdout: string; stderr: string } =>
    spawnSync(process.execPath, ['--import', hooksUrl, '--input-type=module', '--eval', code], {
      encoding: 'utf8',
      env: { ...process.env, [MUTANTS]: mutants },
    })
  expect(child('').stdout.trim()).toBe('9')
  const mutant = { file: counter, find: 'store(words, 0, 5)', replace: 'store(words, 0, 20)' }
  expect(child(JSON.stringify([mutant])).stdout.trim()).toBe('23')
  expect(child('{').stderr).toContain('PARPEROS_MUTANTS is a JSON list of { file, find, replace }, got {')
})
