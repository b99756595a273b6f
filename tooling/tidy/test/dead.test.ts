// What nothing reaches, one violation each, in a tree that is otherwise in order.
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { dead } from '../src/checks/dead.ts'
import { Repository } from '../src/repository.ts'
import { rules } from '../src/rules.ts'
import { lay, places, type Files } from './fixture.ts'

it('finds nothing in a tree in order', async () => {
  expect(await places(dead)).toEqual([])
})

const test = 'packages/demo/test/demo.test.ts'
const index = 'packages/demo/src/index.ts'

it.each<[string, Files, string[]]>([
  [
    'a C file that no build includes',
    { 'packages/demo/csrc/lost.h': '// Lost.\n', 'packages/demo/csrc/lost.c': '// Lost.\n#include "lost.h"\n' },
    ['packages/demo/csrc/lost.c:1 dead/c', 'packages/demo/csrc/lost.h:1 dead/c'],
  ],
  [
    'a C file that no build of the benchmark includes',
    {
      'packages/demo/bench/csrc/wasm.c': '// A root.\n#include "loop.h"\n#include "tree.h"\n',
      'packages/demo/bench/csrc/loop.h': '// Reached.\n',
      'packages/demo/bench/csrc/lost.c': '// Lost.\n',
    },
    ['packages/demo/bench/csrc/lost.c:1 dead/c'],
  ],
  [
    'a shared header that no package includes any more',
    { 'packages/demo/csrc/addon.c': '// Alone.\n' },
    ['packages/alloc-api/csrc/prim.h:1 dead/c'],
  ],
  [
    'a link that leads nowhere, in whatever form',
    { 'README.md': '# A\n\nSee [this](docs/no.md#a).\n\n![that](no.png)\n\n| [x] |\n\n[x]: ./gone/\n' },
    ['README.md:3 dead/link', 'README.md:5 dead/link', 'README.md:9 dead/link'],
  ],
  [
    'a decision without a number',
    { 'docs/decisions/why.md': 'Why.\n' },
    ['docs/decisions/why.md:1 dead/decision'],
  ],
  [
    'two decisions with one number',
    { 'docs/decisions/0001-two-memories.md': 'Two.\n' },
    ['docs/decisions/0001-two-memories.md:1 dead/decision'],
  ],
  ['an empty file', { [index]: ' \n' }, [`${index}:1 dead/empty`]],
  ['an unfinished place', { [index]: '// Prose.\n\n// TODO: the rest\n' }, [`${index}:3 dead/marker`]],
  [
    'a test that is switched off',
    { [test]: "// Prose.\nit.skip('a', f)\ndescribe.only.each([1])('b', f)\ntest\n  .todo('c')\n" },
    [`${test}:2 dead/test`, `${test}:3 dead/test`, `${test}:5 dead/test`],
  ],
])('finds %s', async (_title, changes, expected) => {
  expect(await places(dead, changes)).toEqual(expected)
})

it('lets links to folders, pages elsewhere and places on the page be', async () => {
  const text = '[a](packages/demo) [b](https://example.org/x) [c](#top) [d](/package.json) [e](docs/decisions/)\n'
  expect(await places(dead, { 'README.md': text })).toEqual([])
})

it('lets a condition, and the same words elsewhere, be', async () => {
  const text = "// Prose.\nit.skipIf(x)('a', f)\nqueue.skip(1)\nexport const s = 'it.only()'\n"
  expect(await places(dead, { [test]: text })).toEqual([])
})

it('finds the topmost of empty folders, and leaves what is ignored', async () => {
  const root = lay()
  for (const folder of ['docs/old/empty/deep', 'packages/demo/dist/empty']) {
    mkdirSync(join(root, folder), { recursive: true })
  }
  const findings = await dead.run(new Repository(root), rules)
  expect(findings.map(({ file, rule }) => `${file} ${rule}`)).toEqual(['docs/old dead/empty'])
})
