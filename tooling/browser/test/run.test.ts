// Runs in a real browser: what comes back from a page that finishes, and what is said of one that does not.
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { BrowserRunError, browserUnavailable, runInBrowser, type Outcome } from '../src/index.ts'
import { launch } from '../src/chromium.ts'
import { serve } from '../src/server.ts'
import { watch } from '../src/watch.ts'

const unavailable = await browserUnavailable()
const skipped = unavailable !== null && !process.env.CI
if (skipped) process.stderr.write(`browser tests skipped: ${unavailable}\n`)

const runFixture = (name: string, timeoutMs = 30_000): Promise<Outcome> =>
  runInBrowser({ entry: new URL(`fixtures/${name}.ts`, import.meta.url), timeoutMs })

async function failureOf(run: Promise<unknown>): Promise<BrowserRunError> {
  const error: unknown = await run.then(
    () => null,
    (reason: unknown) => reason,
  )
  if (error instanceof BrowserRunError) return error
  throw new Error(`expected a BrowserRunError, got ${String(error)}`)
}

afterEach(() => {
  vi.unstubAllEnvs()
})

describe.skipIf(skipped)('a page that finishes', () => {
  test('is cross-origin isolated, and its two workers share memory', async () => {
    const { results, crossOriginIsolated, userAgent } = await runFixture('shared-memory')
    expect(results.map(({ name, error }) => error ?? name)).toEqual([
      'two workers add to one word of a shared WebAssembly.Memory',
      'imports by name are found',
    ])
    expect(crossOriginIsolated).toBe(true)
    expect(userAgent).toMatch(/Chrome\/\d+/)
    expect(results[0].ms).toBeGreaterThan(0)
  })

  test('reports a failing check with its message and its place, and goes on', async () => {
    const { results } = await runFixture('failing')
    expect(results.map(({ name, error }) => [name, error === undefined])).toEqual([
      ['before', true],
      ['the one that fails', false],
      ['after', true],
    ])
    expect(results[1].error).toMatch(/^Error: three is not four\n/)
    expect(results[1].error).toContain('tooling/browser/test/fixtures/failing.ts:7:11')
  })

  test('leaves no process and no profile behind', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'browser-test-'))
    vi.stubEnv('TMPDIR', folder)
    try {
      await runFixture('failing')
      expect(readdirSync(folder)).toEqual([])
      expect(commandLines().filter((line) => line.includes(folder))).toEqual([])
    } finally {
      rmSync(folder, { recursive: true })
    }
  })
})

describe.skipIf(skipped)('a page that does not finish', () => {
  test('is an error when it throws, with what it checked and printed before', async () => {
    const error = await failureOf(runFixture('throwing'))
    expect(error.message).toMatch(/^the page threw Error: outside of a check\n/)
    expect(error.message).toContain('info: a line for the developer')
    expect(error.results.map(({ name }) => name)).toEqual(['before'])
  })

  test('is an error when a promise is rejected that nobody waits for', async () => {
    const error = await failureOf(runFixture('rejecting'))
    expect(error.message).toContain('nobody waits for this')
    expect(error.message).toContain('while it checked: waits')
  })

  test('is an error when its time is up, naming the check that runs', async () => {
    const error = await failureOf(runFixture('hanging', 3000))
    expect(error.message).toBe('the page did not finish within 3000 ms while it checked: counts to infinity')
    expect(error.results.map(({ name }) => name)).toEqual(['before'])
  })

  test('is an error when its process crashes', async () => {
    await using server = await serve('/', '<!doctype html>')
    await using browser = await launch()
    const page = await browser.newPage()
    const run = failureOf(watch(page, server, 30_000))
    await page.waitForEvent('load')
    const session = await page.context().newCDPSession(page)
    session.send('Page.crash').catch(() => 'the page is gone, as it should be')
    expect((await run).message).toBe('the page crashed')
  })

  test('is an error when it checks nothing', async () => {
    expect((await failureOf(runFixture('idle'))).message).toBe('the page finished without having checked anything')
  })

  test('is an error when it needs what browsers do not have', async () => {
    const { message } = await failureOf(runFixture('for-node'))
    expect(message).toContain('/tooling/browser/test/fixtures/for-node.ts: imports node:fs, which browsers do not have')
  })
})

describe('without a browser', () => {
  test('the reason is one sentence that names what was tried and what to do', async () => {
    vi.stubEnv('PARPEROS_CHROMIUM', '/nowhere/chromium')
    const reason = await browserUnavailable()
    expect(reason).toMatch(/^no Chromium could be started \(PARPEROS_CHROMIUM=\/nowhere\/chromium: there is no such file\)/)
    expect(reason).not.toContain('\n')
    expect(reason).toContain('set PARPEROS_CHROMIUM to the path of one')
  })

  test('a browser that does not start is quoted', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'browser-test-'))
    const script = join(folder, 'chromium')
    writeFileSync(script, '#!/bin/sh\necho "libabsent.so: cannot open shared object file" >&2\nexit 127\n', { mode: 0o755 })
    vi.stubEnv('PARPEROS_CHROMIUM', script)
    expect(await browserUnavailable()).toContain(`${script}: libabsent.so: cannot open shared object file)`)
    rmSync(folder, { recursive: true })
  })
})

/** Of every process on this machine; one that ends meanwhile has none. */
function commandLines(): string[] {
  const numbers = readdirSync('/proc').filter((name) => /^\d+$/.test(name))
  return numbers.map((number) => {
    try {
      return readFileSync(`/proc/${number}/cmdline`, 'utf8')
    } catch {
      return ''
    }
  })
}
