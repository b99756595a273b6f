// The command as people run it: what it prints where, and with which exit code it ends.
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { checks } from '../src/checks/index.ts'
import { lay } from './fixture.ts'

const cli = fileURLToPath(new URL('../src/cli.ts', import.meta.url))

const run = (root: string, ...args: string[]) =>
  spawnSync(process.execPath, [cli, ...args], { cwd: root, encoding: 'utf8' })

const untidy = { 'packages/demo/DESIGN.md': '# Design\n\nFIXME\n' }
const line =
  'packages/demo/DESIGN.md:3  says FIXME  → do it now, or say in a sentence what the limit is\n'

it('prints nothing on stdout and exits 0 where all is in order', () => {
  const { status, stdout, stderr } = run(lay())
  expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: '', stderr: 'tidy: 0 findings by 7 checks\n' })
})

it('prints file, line, fault and mend, and exits 1', () => {
  const { status, stdout } = run(lay(untidy))
  expect({ status, stdout }).toEqual({ status: 1, stdout: line })
})

it('takes the root from --root', () => {
  expect(run('/', '--root', lay(untidy)).stdout).toBe(line)
})

it('prints JSON with --json', () => {
  const { status, stdout } = run(lay(untidy), '--json')
  expect(status).toBe(1)
  expect(JSON.parse(stdout)).toEqual({
    findings: [
      {
        rule: 'dead/marker',
        file: 'packages/demo/DESIGN.md',
        line: 3,
        message: 'says FIXME',
        mend: 'do it now, or say in a sentence what the limit is',
      },
    ],
  })
})

it('runs only the checks that --only names', () => {
  const root = lay(untidy)
  expect(run(root, '--only', 'words', '--only', 'imports').status).toBe(0)
  expect(run(root, '--only', 'words', '--only', 'dead').status).toBe(1)
})

it('lists its checks', () => {
  const { status, stdout } = run('/', '--list')
  expect(status).toBe(0)
  expect(stdout.trimEnd().split('\n').map((row) => row.split(' ')[0])).toEqual(checks.map(({ name }) => name))
})

it.each([
  ['an unknown check', ['--only', 'dust'], 'there is no check "dust"'],
  ['an unknown option', ['--fix'], "unknown option '--fix'"],
  ['an argument', ['packages'], 'too many arguments'],
  ['a folder that is no repository', ['--root', '/'], 'is not in a git work tree'],
])('exits 2 at %s', (_title, args, said) => {
  const { status, stdout, stderr } = run('/', ...args)
  expect({ status, stdout }).toEqual({ status: 2, stdout: '' })
  expect(stderr).toContain(said)
})

it('exits 2 in a folder beneath the root, and at a manifest that cannot be read', () => {
  const root = lay({ 'apps/shop/package.json': '{' })
  expect(run(root, '--root', 'packages')).toMatchObject({ status: 2 })
  expect(run(root).stderr).toContain('apps/shop/package.json is not valid JSON')
})
