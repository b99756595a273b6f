// Generated files against stand-ins for their generators, and the words that no file may say.
import { expect, it } from 'vitest'
import { generated } from '../src/checks/generated.ts'
import { words } from '../src/checks/words.ts'
import { rules } from '../src/rules.ts'
import { demoManifest, found, lineIn, places } from './fixture.ts'

const manifest = demoManifest({ cbuild: { headers: { 'csrc/layout.h': 'src/layout.ts' } } })
const withHeaders = { 'packages/demo/package.json': manifest }
const headersLine = lineIn(manifest, '"headers"')

const cbuild = (code: string) => ({ ...withHeaders, 'tooling/cbuild/src/cli.ts': `// A stand-in.\n${code}\n` })

it('finds nothing in a tree in order', async () => {
  expect(await places(generated)).toEqual([])
  expect(await places(words)).toEqual([])
})

it('asks cbuild in the folder of each package with headers', async () => {
  const code = "process.exit(process.argv.slice(2).join() === 'headers,--check' && process.cwd().endsWith('demo') ? 0 : 1)"
  expect(await places(generated, cbuild(code))).toEqual([])
})

it('passes on the file and line of a stale header', async () => {
  const code = "console.error('csrc/layout.h:7: not up to date\\n  to mend it: …')\nprocess.exit(1)"
  expect(await found(generated, cbuild(code))).toEqual([
    {
      rule: 'generated/headers',
      file: 'packages/demo/csrc/layout.h',
      line: 7,
      message: 'not up to date',
      mend: 'cd packages/demo && cbuild headers',
    },
  ])
})

it('names the manifest where cbuild fails otherwise, or is missing', async () => {
  const place = `packages/demo/package.json:${headersLine} generated/headers`
  expect(await places(generated, cbuild("throw new Error('broken')"))).toEqual([place])
  expect(await places(generated, withHeaders)).toEqual([place])
})

const table = (code: string) => ({
  ...rules,
  generated: { ...rules.generated, files: [{ file: 'docs/table.md', command: ['node', '-e', code] satisfies [string, ...string[]] }] },
})

it('compares any other generated file with what its command prints', async () => {
  const prints = table("console.log('a\\nb')")
  expect(await places(generated, { 'docs/table.md': 'a\nb\n' }, prints)).toEqual([])
  expect(await places(generated, { 'docs/table.md': 'a\nc\n' }, prints)).toEqual(['docs/table.md:2 generated/stale'])
  expect(await places(generated, { 'docs/table.md': 'a\nb\nc\n' }, prints)).toEqual(['docs/table.md:3 generated/stale'])
  expect(await places(generated, {}, prints)).toEqual(['docs/table.md:1 generated/stale'])
})

it('says so where the command fails', async () => {
  expect(await places(generated, {}, table('process.exit(3)'))).toEqual(['docs/table.md:1 generated/command'])
})

/** A path of some machine; put together here, so that this file has none. */
const onMachine = (...folders: string[]): string => `/${folders.join('/')}`

it.each([
  `cd ${onMachine('work', 'a')}`,
  `"${onMachine('home', 'me', 'x')}"`,
  `in ${onMachine('root', 'x')}`,
  onMachine('tmp', 'a.0'),
  'https://registry.example.org/x',
  'deb.example.org',
])('no file says %s', async (word) => {
  const file = 'packages/demo/DESIGN.md'
  expect(await places(words, { [file]: `# Design\n\n${word}\n` })).toEqual([`${file}:3 words/forbidden`])
})

it('lets relative paths, the lockfile and ignored files be', async () => {
  const changes = {
    'packages/demo/DESIGN.md': `docs${onMachine('work', 'a')}, .${onMachine('home', 'b')}, https://example.org${onMachine('root', 'c')}\n`,
    'pnpm-lock.yaml': 'x: https://registry.example.org/x\n',
    'packages/demo/dist/index.js': `${onMachine('work', 'a')}\n`,
  }
  expect(await places(words, changes)).toEqual([])
})
