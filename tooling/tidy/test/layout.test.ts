// The layout rules, one violation each, in a tree that is otherwise in order.
import { expect, it } from 'vitest'
import { layout } from '../src/checks/layout.ts'
import { demoManifest, found, places, type Files } from './fixture.ts'

it('finds nothing in a tree in order', async () => {
  expect(await places(layout)).toEqual([])
})

const index = 'packages/demo/src/index.ts'

it.each<[string, Files, string[]]>([
  ['the top level has no other folder', { 'src/a.ts': '// One two three.\n' }, ['src/a.ts:1 layout/top']],
  ['the top level has no other file', { 'notes.md': 'Notes.\n' }, ['notes.md:1 layout/top']],
  ['a package has a README', { 'packages/demo/README.md': null }, ['packages/demo/README.md:1 layout/required']],
  ['a package has tests', { 'packages/demo/test/demo.test.ts': null }, ['packages/demo/test/*:1 layout/required']],
  ['C has a layout', { 'packages/demo/src/layout.ts': null }, ['packages/demo/src/layout.ts:1 layout/required']],
  ['src/sab has its face', { 'packages/demo/src/sab.ts': null }, ['packages/demo/src/sab.ts:1 layout/required']],
  ['src/core has both faces', { 'packages/demo/src/wasm.ts': null }, ['packages/demo/src/wasm.ts:1 layout/required']],
  [
    'a file is in kebab-case',
    { 'packages/demo/src/pageFrame.ts': '// One two three.\n' },
    ['packages/demo/src/pageFrame.ts:1 layout/name'],
  ],
  [
    'C is in snake_case',
    { 'packages/demo/csrc/page-frame.h': '// One two three.\n' },
    ['packages/demo/csrc/page-frame.h:1 layout/name'],
  ],
  [
    'a folder is in kebab-case',
    { 'packages/demo/src/page_frame/a.ts': '// One two three.\n' },
    ['packages/demo/src/page_frame/a.ts:1 layout/name'],
  ],
  ['a file opens with a comment', { [index]: 'export {}\n// Too late, this one.\n' }, [`${index}:1 layout/comment`]],
  ['a word for a tool is no comment', { [index]: '// eslint-disable no-x no-y\n' }, [`${index}:1 layout/comment`]],
  [
    'C opens with a comment',
    { 'packages/demo/csrc/tree.h': 'int tree(void);\n' },
    ['packages/demo/csrc/tree.h:1 layout/comment'],
  ],
  ['a file is not long', { [index]: '// One two three.\n'.repeat(401) }, [`${index}:401 layout/length`]],
  ['a file ends with a newline', { [index]: '// One two three.\n\n//' }, [`${index}:3 layout/final-newline`]],
  ['a file has no tabs', { [index]: '// One two three.\n\tx\n' }, [`${index}:2 layout/tab`]],
  ['a line has nothing after its last word', { [index]: '// One two three.\nx \n' }, [`${index}:2 layout/trailing`]],
  ['a line ends with LF', { [index]: '// One two three.\nx\r\n' }, [`${index}:2 layout/line-end`]],
])('%s', async (_title, changes, expected) => {
  expect(await places(layout, changes)).toEqual(expected)
})

it('lets a file of exactly 400 lines be, and everything in fixtures', async () => {
  expect(
    await places(layout, {
      [index]: '// One two three.\n'.repeat(400),
      'packages/demo/test/fixtures/Odd_Name.ts': '\tx',
      'packages/demo/test/fixtures/bytes': 'a\0\r\n',
    }),
  ).toEqual([])
})

it('takes a comment after a line for the loader, and a block comment', async () => {
  const text = { [index]: '#!/usr/bin/env node\n// One two three.\n', 'packages/demo/csrc/tree.h': '/*\n * One two\n * three. */\n' }
  expect(await places(layout, text)).toEqual([])
})

it('asks neither comment nor length of the headers that cbuild writes', async () => {
  const changes = {
    'packages/demo/package.json': demoManifest({ cbuild: { headers: { 'csrc/layout.h': 'src/layout.ts' } } }),
    'packages/demo/csrc/layout.h': '#define X 1\n'.repeat(500),
  }
  expect(await places(layout, changes)).toEqual([])
})

it('counts what is wrong on many lines once', async () => {
  const [finding, ...more] = await found(layout, { [index]: '// One two three.\na \nb \nc \n' })
  expect(finding).toMatchObject({ line: 2, message: 'has spaces at the end of a line (and on 2 more lines)' })
  expect(more).toEqual([])
})
