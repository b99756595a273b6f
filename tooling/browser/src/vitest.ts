// The checks of a page as tests of vitest: the page runs while the test file is collected, and each check becomes a test
// under its own name.
import { describe, test } from 'vitest'
import { BrowserUnavailableError } from './chromium.ts'
import type { CheckResult } from './page.ts'
import { runInBrowser, type RunOptions } from './run.ts'
import { BrowserRunError } from './watch.ts'

/**
 * Runs the entry in a browser and makes a test of each of its checks. To be awaited at the top of a test file. Where no
 * browser can be started, one line says so and the tests count as skipped; under CI that is a failure.
 */
export async function browserTests(options: RunOptions): Promise<void> {
  try {
    const { results, userAgent } = await runInBrowser(options)
    const version = /Chrome\/[\d.]+/.exec(userAgent)?.[0] ?? userAgent
    describe(`in ${version}`, () => testsOf(results))
  } catch (error) {
    if (error instanceof BrowserUnavailableError && !process.env.CI) {
      process.stderr.write(`browser tests skipped: ${error.message}\n`)
      test.skip('runs in a browser', () => undefined)
      return
    }
    describe('in a browser', () => {
      testsOf(error instanceof BrowserRunError ? error.results : [])
      test('the page runs to its end', () => {
        throw error
      })
    })
  }
}

function testsOf(results: CheckResult[]): void {
  for (const { name, error } of results) {
    test(name, () => {
      if (error !== undefined) throw new CheckFailed(error)
    })
  }
}

/** A check that failed in the page; its stack is the page's. */
class CheckFailed extends Error {
  constructor(pageStack: string) {
    super(pageStack.split('\n')[0])
    this.stack = pageStack
  }
}
