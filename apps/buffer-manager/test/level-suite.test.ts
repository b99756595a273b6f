// abstract-level's own suite, unmodified from npm, in a process of its own: what it counts, and that nothing was left
// out.
import { spawn, type ChildProcess } from 'node:child_process'
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { LevelOfStore } from '../src/level/level-of-store.ts'
import { kinds, quickDirectory } from './support/kinds.ts'

const directory = quickDirectory('level-suite')
const children: ChildProcess[] = []
afterAll(() => {
  // One that a failed test has left.
  for (const child of children) child.kill('SIGKILL')
  rmSync(directory, { recursive: true, force: true })
})

interface Outcome {
  code: number | null
  asserted: number
  passed: number
  failed: string[]
  skipped: string[]
}

const script = join(import.meta.dirname, 'support/level-suite.ts')

/** `untilFailure`: it is not run any further. */
async function runSuite(which: string, untilFailure = false): Promise<Outcome> {
  const child = spawn(process.execPath, [script, which, join(directory, which)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  children.push(child)
  const ended = new Promise<number | null>((resolve) => child.on('close', resolve))
  let output = ''
  for await (const chunk of child.stdout.setEncoding('utf8')) {
    output += chunk as string
    if (untilFailure && /^not ok/m.test(output)) child.kill('SIGKILL')
  }
  const lines = output.split('\n')
  return {
    code: await ended,
    asserted: Number(/^# tests (\d+)$/m.exec(output)?.[1]),
    passed: Number(/^# pass {2}(\d+)$/m.exec(output)?.[1]),
    failed: lines.filter((line) => line.startsWith('not ok')),
    skipped: lines.filter((line) => /# (?:skip|todo)\b/i.test(line)),
  }
}

test.concurrent.each([['model'], ['store']])('abstract-level’s suite passes: %s', async (which) => {
  const { code, asserted, passed, failed, skipped } = await runSuite(which)
  expect(failed).toEqual([])
  expect(skipped).toEqual([])
  expect(asserted).toBeGreaterThan(5000)
  expect(passed).toBe(asserted)
  expect(code).toBe(0)
})

test.concurrent('the suite finds an iterator that does not seek', async () => {
  const { failed } = await runSuite('broken', true)
  expect(failed.length).toBeGreaterThan(0)
})

test('the manifest leaves no part of the suite out', async () => {
  const level = new LevelOfStore(() => kinds.model.opener()('manifest'))
  // The conditions in abstract-level/test/index.js.
  expect(level.supports).toMatchObject({
    createIfMissing: true,
    errorIfExists: true,
    has: true,
    getSync: true,
    implicitSnapshots: true,
    explicitSnapshots: true,
    seek: true,
  })
  await level.close()
})
