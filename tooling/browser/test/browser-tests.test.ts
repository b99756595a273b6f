// `browserTests` as packages use it: in a run of vitest of its own, with and without a browser.
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { browserUnavailable } from '../src/index.ts'

const FOLDER = fileURLToPath(new URL('fixtures/vitest/', import.meta.url))
const skipped = (await browserUnavailable()) !== null && !process.env.CI

function vitest(file: string, env: NodeJS.ProcessEnv): { status: number | null; tests: string[]; output: string } {
  const { status, stdout, stderr } = spawnSync('vitest', ['run', file], {
    cwd: FOLDER,
    encoding: 'utf8',
    env: { ...process.env, VITEST: undefined, ...env },
  })
  const tests = stdout.match(/^(not )?ok .*/gm)?.map((line) => line.replace(/ \d+ -/, '').replace(/ # time=.*/, '')) ?? []
  return { status, tests, output: stdout + stderr }
}

test.skipIf(skipped)('each check of the page is a test under its own name', () => {
  const { status, tests, output } = vitest('failing', {})
  expect(status).toBe(1)
  expect(tests).toEqual([
    expect.stringMatching(/^ok .*in Chrome\/[\d.]+ > before$/),
    expect.stringMatching(/^not ok .* > the one that fails$/),
    expect.stringMatching(/^ok .* > after$/),
  ])
  expect(output).toContain('three is not four')
})

test.skipIf(skipped)('a page that does not finish is a failed test beside those that it finished', () => {
  const { status, tests, output } = vitest('throwing', {})
  expect(status).toBe(1)
  expect(tests).toEqual([
    expect.stringMatching(/^ok .* > before$/),
    expect.stringMatching(/^not ok .* > the page runs to its end$/),
  ])
  expect(output).toContain('outside of a check')
})

test('without a browser one line says that the tests are skipped, and why', () => {
  const { status, tests, output } = vitest('failing', { PARPEROS_CHROMIUM: '/nowhere/chromium', CI: '' })
  expect(status).toBe(0)
  expect(tests).toEqual([expect.stringMatching(/^ok .*runs in a browser # SKIP$/)])
  expect(output).toMatch(/^browser tests skipped: no Chromium could be started \(PARPEROS_CHROMIUM=[^\n]+$/m)
})

test('without a browser CI fails', () => {
  const { status, output } = vitest('failing', { PARPEROS_CHROMIUM: '/nowhere/chromium', CI: 'true' })
  expect(status).toBe(1)
  expect(output).toContain('no Chromium could be started')
})
