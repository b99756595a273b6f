// The one test set-up: tests run from source under the project's own Node, one process per file.
import { defineConfig } from 'vitest/config'

const ci = Boolean(process.env.CI)

export interface TestOptions {
  include?: string[]
  testTimeoutMs?: number
}

/** The tests of a package. */
export const tests = (options: TestOptions = {}): ReturnType<typeof defineConfig> => {
  const { include = ['test/**/*.test.ts'], testTimeoutMs = 120_000 } = options
  return defineConfig({
    test: {
      include,
      pool: 'forks',
      maxWorkers: 2,
      testTimeout: testTimeoutMs,
      hookTimeout: testTimeoutMs,
      allowOnly: !ci,
      passWithNoTests: false,
      // The JSON report is what the root's test command counts.
      reporters: ['default', ['json', { outputFile: '.build/vitest.json' }]],
    },
  })
}
