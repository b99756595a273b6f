// The command browser-screenshot, as a person runs it.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, expect, test } from 'vitest'
import { browserUnavailable } from '../src/index.ts'

const CLI = fileURLToPath(new URL('../src/screenshot-cli.ts', import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'browser-screenshot-'))
const html = join(folder, 'page.html')
const png = join(folder, 'page.png')
writeFileSync(html, '<!doctype html><body style="margin: 0"><div style="height: 1234px">a report</div>')

afterAll(() => {
  rmSync(folder, { recursive: true })
})

const cli = (...args: string[]) => spawnSync(process.execPath, [CLI, ...args], { encoding: 'utf8' })
const skipped = (await browserUnavailable()) !== null && !process.env.CI

test.skipIf(skipped).each([
  { args: ['--width', '400', '--height', '300'], size: [400, 300] },
  { args: ['--width', '500'], size: [500, 1234] },
])('writes a PNG of the size that was asked for: $args', ({ args, size }) => {
  const { status, stdout } = cli(html, png, ...args)
  expect(status).toBe(0)
  expect(stdout).toBe(`wrote ${png}\n`)
  const bytes = readFileSync(png)
  expect(bytes.subarray(1, 4).toString()).toBe('PNG')
  expect([bytes.readUInt32BE(16), bytes.readUInt32BE(20)]).toEqual(size)
})

test('a file that is not there is one line and exit code 1', () => {
  const { status, stderr } = cli(join(folder, 'absent.html'), png)
  expect(status).toBe(1)
  expect(stderr).toMatch(/^browser-screenshot: ENOENT[^\n]+absent\.html'\n$/)
})

test.each([[[]], [['a.html', 'b.png', '--width', 'wide']], [['a.html', 'b.png', '--height', '0']]])(
  'misuse exits 2 and points at the help: %j',
  (args) => {
    const { status, stderr } = cli(...args)
    expect(status).toBe(2)
    expect(stderr).toContain('browser-screenshot --help')
  },
)
