// The one test set-up: tests run from source under the project's own Node, one process per file.
import { defineConfig } from 'vitest/config'

const ci = Boolean(process.env.CI)

/**
 * Node strips types by a WebAssembly module that calls JavaScript, in each worker that loads TypeScript. When V8 compiles such
 * calls' wrappers anew in one thread while another one's are freed, it aborts now and then (`Check failed: jit_page…`,
 * Runtime_TierUpWasmToJSWrapper; nodejs/node#64500). Wrappers that are never compiled anew are not freed like that.
 */
const execArgv = ['--wasm-wrapper-tiering-budget=1000000000']

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
      execArgv,
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
