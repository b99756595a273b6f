// The command: what it prints and its exit codes.
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { Explorer } from '../src/index.ts'
import { at } from './scenes.ts'

const cli = fileURLToPath(new URL('../src/cli.ts', import.meta.url))
const counter = fileURLToPath(at('counter.ts'))

function interleave(...args: string[]): { code: number | null; out: string; err: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [cli, ...args], { encoding: 'utf8' })
  return { code: status, out: stdout, err: stderr }
}

it('prints a failing schedule and exits with 1; replaying it prints its steps, as the function does', async () => {
  const { code, out } = interleave(`${counter}#lost`)
  expect(code).toBe(1)
  expect(out).toMatch(/^check: two increments, and the counter is 1\nschedule '0:1 1 0' /)
  const replayed = interleave(`${counter}#lost`, '--replay', '0:1 1 0')
  expect(replayed.code).toBe(1)
  await using explorer = new Explorer()
  const { steps, failure } = await explorer.replay(at('counter.ts#lost'), '0:1 1 0')
  expect(replayed.out).toBe(`${steps.join('\n')}\n\n${failure?.text ?? ''}\n`)
})

it('exits with 0 when every schedule is covered without a failure', () => {
  const { code, out } = interleave(`${counter}#atomic`, '--preemptions', 'all')
  expect(code).toBe(0)
  expect(out).toMatch(/^no failure: every schedule with any number of preemptions is covered\n2 schedules in /)
})

it('prints JSON', () => {
  const { code, out } = interleave(`${counter}#atomic`, '--json')
  expect(code).toBe(0)
  expect(JSON.parse(out)).toMatchObject({ schedules: 2, failures: [], exhausted: true, covered: 'all' })
})

it('tells what it can do', () => {
  const { code, out } = interleave('--help')
  expect(code).toBe(0)
  for (const option of ['--preemptions', '--random', '--seed', '--replay', '--json']) expect(out).toContain(option)
})

it.each([
  [[], /missing required argument 'scenario'/],
  [['nowhere.ts'], /nowhere\.ts/],
  [[`${counter}#lost`, '--preemptions', 'few'], /Expected a whole number from 0 on, or all/],
  [[`${counter}#lost`, '--replay', '0:9'], /does not fit this scenario/],
  [[`${counter}#lost`, '--replay', '0', '--random', '5'], /exclude each other/],
])('exits with 2 for misuse: %j', (args, message) => {
  const { code, err, out } = interleave(...args)
  expect([code, out]).toEqual([2, ''])
  expect(err).toMatch(message)
})
