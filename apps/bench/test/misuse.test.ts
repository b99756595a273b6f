// Bad arguments: one clear line on stderr, exit code 2, nothing on stdout, nothing written.
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { bench } from './cli.ts'
import { emptyDirectory } from './directory.ts'

const cases: [args: string[], line: RegExp][] = [
  [[], /name a suite: llfree, file-cache, package-store, exmap, buffer-manager, all, start/],
  [['nonsense'], /there is no suite "nonsense"; there are llfree, file-cache, package-store, exmap, buffer-manager, all, start/],
  [['nonsense', '--quick'], /there is no suite "nonsense"/],
  [['llfree', '--nonsense'], /unknown option '--nonsense'/],
  [['llfree', 'nonsense'], /too many arguments/],
  [['llfree', '--backend', 'cuda'], /'cuda' is invalid\. There are sab, wasm, native\./],
  [['llfree', '--workers', '0'], /'0' is invalid\. The number of workers is a whole number from 1 to 64/],
  [['llfree', '--workers', '65'], /from 1 to 64/],
  [['llfree', '--workers', 'two'], /from 1 to 64/],
  [['llfree', '--workers', '1', '--workers', '1.5'], /from 1 to 64/],
  [['llfree', '--time-ms', '0'], /from 1 to 10000/],
  [['llfree', '--seed', '-1'], /from 0 to 4294967295/],
  [['llfree', '--dir', '.'], /unknown option '--dir'/],
  [['exmap', '--dir', '.'], /unknown option '--dir'/],
  [['buffer-manager', '--dir', '.'], /unknown option '--dir'/],
  [['package-store', '--only', 'nothing'], /nothing that would be measured has "nothing" in its name: --list names all/],
  [['llfree', '--json'], /argument missing/],
  [['llfree', '--json', '.'], /is a directory, not a file/],
  [['llfree', '--json', 'a-file/out.json'], /cannot be written: ENOTDIR/],
  [['llfree', '--json', '/proc/parperos/out.json'], /cannot be written: ENOENT/],
  [['llfree', '--json', 'same', '--html', 'same'], /--json and --html name the same file same/],
  [['file-cache', '--dir', 'missing'], /--dir .*missing does not exist/],
  [['file-cache', '--dir', 'a-file'], /--dir .*a-file is not a directory/],
  [['file-cache', '--dir', 'a-file/below'], /does not exist/],
  [['file-cache', '--dir', 'no-files'], /--dir .*no-files has no files in it/],
  [['start', '--quick', '--dir', 'missing'], /does not exist/],
  [['all', '--dir', 'missing'], /does not exist/],
]

describe('misuse', () => {
  test.each(cases)('%j ends with one line, exit code 2 and nothing changed', (args, line) => {
    using directory = emptyDirectory()
    mkdirSync(join(directory.path, 'no-files', 'below'), { recursive: true })
    writeFileSync(join(directory.path, 'a-file'), 'text')
    const before = readdirSync(directory.path, { recursive: true })
    const { status, stdout, stderr } = bench(args, { cwd: directory.path })
    expect(stderr).toMatch(line)
    expect(stderr).toMatch(/^parperos-bench: [^\n]*\n$/)
    expect(stdout).toBe('')
    expect(status).toBe(2)
    expect(readdirSync(directory.path, { recursive: true })).toEqual(before)
  })
})

describe('help', () => {
  test.each([[[]], [['llfree']], [['file-cache']], [['package-store']], [['buffer-manager']], [['all']], [['start']]])(
    '%j --help tells what there is',
    (words) => {
      const { status, stdout, stderr } = bench([...words, '--help'])
      expect(stdout).toMatch(/^Usage: parperos-bench/)
      expect(stdout).toContain('--help')
      expect(stderr).toBe('')
      expect(status).toBe(0)
    },
  )
})
