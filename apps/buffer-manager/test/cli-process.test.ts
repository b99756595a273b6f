// The command as a process: its streams, and a store that another process has open.
import { spawn } from 'node:child_process'
import { closeSync, cpSync, openSync, readSync, rmSync, statSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { open } from '../src/index.ts'
import { quickDirectory } from './support/kinds.ts'

const directory = quickDirectory('cli-process')
afterAll(() => rmSync(directory, { recursive: true }))

const main = join(import.meta.dirname, '../src/cli/main.ts')

interface Ended {
  code: number | null
  output: string
  errors: string
}

async function kv(args: string[], input = ''): Promise<Ended> {
  const child = spawn(process.execPath, [main, ...args])
  child.stdin.end(input)
  const code = new Promise<number | null>((resolve) => child.on('close', resolve))
  const [output, errors] = await Promise.all([text(child.stdout), text(child.stderr)])
  return { code: await code, output, errors }
}

const small = ['--cache', '2M', '--max', '64M', '--sync', 'off']
const entries = Array.from({ length: 6000 }, (_, i) => ({
  key: String(i).padStart(8, '0'),
  value: `value ${i}`.repeat(4),
}))
const jsonLines = entries.map((entry) => `${JSON.stringify(entry)}\n`).join('')

const store = join(directory, 'loaded')
beforeAll(async () => {
  expect(await kv(['load', store, '--sorted', ...small], jsonLines)).toMatchObject({ code: 0, errors: '' })
})

test('what one process loads, another one dumps', async () => {
  const dumped = await kv(['dump', store, '--cache', '1M'])
  expect(dumped).toMatchObject({ code: 0, errors: '' })
  expect(dumped.output === jsonLines).toBe(true)
})

test('whoever stops reading ends the command quietly', async () => {
  const child = spawn(process.execPath, [main, 'scan', store], { stdio: ['ignore', 'pipe', 'pipe'] })
  const ended = new Promise<number | null>((resolve) => child.on('close', resolve))
  const errors = text(child.stderr)
  child.stdout.once('data', () => child.stdout.destroy())
  expect([await ended, await errors]).toEqual([0, ''])
})

test('a store that is open here can be read there, not written', async () => {
  const served = join(directory, 'served')
  await using server = await open(served, { cacheBytes: 2 << 20, maxBytes: 64 << 20 })
  await server.put('state', 'of the checkpoint')
  await server.checkpoint()
  await server.put('state', 'newer')
  expect(await kv(['get', served, 'state'])).toEqual({ code: 0, output: 'of the checkpoint\n', errors: '' })
  expect(await kv(['check', served])).toMatchObject({ code: 0, errors: '' })
  const refused = await kv(['put', served, 'state', 'mine'])
  expect(refused).toMatchObject({ code: 1, output: '' })
  expect(refused.errors).toContain(`process ${process.pid} has the store open for writing`)
  expect(server.getSync('state')).toBe('newer')
})

test('check finds a page whose bytes are not what was written', async () => {
  const damaged = join(directory, 'damaged')
  cpSync(store, damaged, { recursive: true })
  const file = join(damaged, 'data.pages')
  const fd = openSync(file, 'r+')
  const at = 4096 * Math.floor(statSync(file).size / 8192) + 2000
  const byte = Buffer.alloc(1)
  readSync(fd, byte, 0, 1, at)
  writeSync(fd, Uint8Array.of(byte[0] ^ 1), 0, 1, at)
  closeSync(fd)
  const { code, output, errors } = await kv(['check', damaged])
  expect([code, output]).toEqual([1, ''])
  expect(errors).toMatch(/^parperos-kv: .*page \d+.*\n$/)
})

test('misuse ends with 2, and one line', async () => {
  expect(await kv(['get', directory])).toEqual({
    code: 2,
    output: '',
    errors: "parperos-kv: missing required argument 'key' (--help tells more)\n",
  })
})
