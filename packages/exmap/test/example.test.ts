// The example program, on a file of one GiB: it looks at what it reads by itself.
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

const program = fileURLToPath(new URL('../examples/large-file.mjs', import.meta.url))

function run(...args: string[]): { status: number | null; stdout: string; stderr: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, ...args], { encoding: 'utf8' })
  return { status, stdout, stderr }
}

test.each(['auto', 'sab', 'wasm'])('reads a file four times as large as its pool, which is all that is in memory: %s', (backend) => {
  const { status, stdout, stderr } = run('--gib', '1', '--backend', backend)
  expect([status, stderr]).toEqual([0, ''])
  expect(stdout).toMatch(/^1 GiB, 256 MiB of frames, /)
  expect(stdout).toMatch(/\nscanned: 262,144 pages in .*, at most 192 MiB of them in memory; the process takes \d+ MiB\n/)
  expect(stdout).toMatch(/\nread at random: 65,536 pages in .*, at most 2 MiB of them in memory; /)
  const [, taken] = /the process takes (\d+) MiB\n$/.exec(stdout) ?? []
  expect(Number(taken)).toBeLessThan(512)
})

test('says what it wants', () => {
  expect(run('--help')).toMatchObject({ status: 0, stdout: expect.stringContaining('--gib') as string })
  for (const args of [['--gib', '0'], ['--gib', 'x'], ['--backend', 'best'], ['--other'], ['file']]) {
    expect(run(...args)).toMatchObject({ status: 2, stdout: '', stderr: expect.stringContaining('--help') as string })
  }
})
