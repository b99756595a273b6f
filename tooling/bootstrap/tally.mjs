// Counts what a run has shown: every step once, or, for a step that runs tests, every single test by vitest's report.
import { existsSync, readFileSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { members } from './members.mjs'

export class Tally {
  passed = 0
  failed = 0
  #root
  #failures = []

  constructor(root) {
    this.#root = root
    for (const file of this.#reportFiles()) rmSync(file)
  }

  step(step, ok) {
    const counted = step.tests ? this.#countTests() : 0
    if (!ok) this.#failures.push(step.title)
    if (counted > 0) return
    if (ok && !step.tests) this.passed++
    else this.failed++
  }

  /** Adds the tests of every report written since this tally began; returns how many there were. */
  #countTests() {
    const before = this.passed + this.failed
    for (const file of this.#reportFiles()) {
      const { numPassedTests, numFailedTests, numFailedTestSuites, success } = JSON.parse(readFileSync(file, 'utf8'))
      this.passed += numPassedTests
      // A file that could not even be loaded has no failed test, but it is a failure.
      this.failed += numFailedTests || (success ? 0 : Math.max(1, numFailedTestSuites))
    }
    return this.passed + this.failed - before
  }

  #reportFiles() {
    return members(this.#root).flatMap((folder) => {
      const build = join(this.#root, folder, '.build')
      const files = existsSync(build) ? readdirSync(build) : []
      return files.filter((file) => /^vitest.*\.json$/.test(file)).map((file) => join(build, file))
    })
  }

  report() {
    if (this.#failures.length > 0 && this.failed === 0) this.failed = this.#failures.length
    const what = this.#failures.map((title) => `failed: ${title}\n`).join('')
    return `\n${what}${this.passed} passed, ${this.failed} failed\n`
  }
}
