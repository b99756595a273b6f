// The import rules, one violation each, in a tree that is otherwise in order.
import { expect, it } from 'vitest'
import { imports } from '../src/checks/imports.ts'
import { demoManifest, json, lineIn, places, type Files } from './fixture.ts'

it('finds nothing in a tree in order', async () => {
  expect(await places(imports)).toEqual([])
})

const index = 'packages/demo/src/index.ts'
const mapped = demoManifest({ imports: { '#atomics': './src/sab/mine.ts' } })
const comment = '// Prose.\n'

it.each<[string, Files, string[]]>([
  [
    'alloc-api imports nothing of ours',
    { 'packages/alloc-api/src/contract.ts': `${comment}import '@parperos/demo'\n` },
    ['packages/alloc-api/src/contract.ts:2 imports/table'],
  ],
  [
    'a domain package does not import its sibling, not even for a type',
    {
      'packages/other/package.json': json({ name: '@parperos/other' }),
      [index]: `${comment}\nimport type { T } from '@parperos/other'\nexport type U = import('@parperos/other').V\n`,
    },
    [`${index}:3 imports/table`, `${index}:4 imports/table`],
  ],
  [
    'an example puts packages together as a user does',
    {
      'packages/other/package.json': json({ name: '@parperos/other' }),
      'packages/demo/package.json': demoManifest({
        devDependencies: { '@parperos/kit': 'workspace:*', '@parperos/other': 'workspace:*' },
      }),
      'packages/demo/examples/shop.mjs': `${comment}import { T } from '@parperos/other'\nimport { D } from '@parperos/demo'\n`,
    },
    [],
  ],
  [
    'only compose.ts of an app names a backend',
    { 'apps/shop/src/sell.ts': `${comment}export * from '@parperos/demo/wasm'\n` },
    ['apps/shop/src/sell.ts:2 imports/backend'],
  ],
  [
    'a package does not name the backend of alloc-api',
    { [index]: `${comment}import '@parperos/alloc-api/native'\n` },
    [`${index}:2 imports/backend`],
  ],
  [
    'src/sab does not import src/core, whatever the kind of import',
    { 'packages/demo/src/sab/tree.ts': `${comment}import type { A } from '../core/adapter.ts'\n` },
    ['packages/demo/src/sab/tree.ts:2 imports/sides'],
  ],
  [
    'src/core does not import src/sab',
    { 'packages/demo/src/core/adapter.ts': `${comment}import '../sab/tree.ts'\n` },
    ['packages/demo/src/core/adapter.ts:2 imports/sides'],
  ],
  [
    'src/index.ts loads no backend',
    { [index]: `${comment}import { open } from './sab.ts'\n` },
    [`${index}:2 imports/face`],
  ],
  [
    'src/index.ts loads no backend by its own name',
    { [index]: `${comment}import '@parperos/demo/sab'\n` },
    [`${index}:2 imports/face`],
  ],
  [
    'src/index.ts loads no backend through another file',
    { 'packages/demo/src/auto.ts': `${comment}\nexport { tree } from './sab/tree.ts'\n` },
    ['packages/demo/src/auto.ts:3 imports/face'],
  ],
  [
    'only src/auto.ts loads a backend later',
    { [index]: `${comment}export const open = () => import('./wasm.ts')\n` },
    [`${index}:2 imports/auto`],
  ],
  [
    'shipped code does not import the conformance suite',
    { [index]: `${comment}import '@parperos/alloc-api/conformance'\n` },
    [`${index}:2 imports/test-only`],
  ],
  [
    'shipped code does not import tooling',
    { [index]: `${comment}import '@parperos/kit'\n` },
    [`${index}:2 imports/test-only`],
  ],
  [
    'what is imported is declared',
    { 'packages/demo/package.json': demoManifest({ dependencies: {} }) },
    [`${index}:2 imports/undeclared`, 'packages/demo/test/demo.test.ts:2 imports/undeclared'],
  ],
  [
    'a devDependency is not enough for what is shipped',
    {
      'packages/demo/package.json': demoManifest({
        dependencies: {},
        devDependencies: { '@parperos/alloc-api': 'workspace:*', '@parperos/kit': 'workspace:*' },
      }),
    },
    [`${index}:2 imports/undeclared`],
  ],
  [
    'an import names a package that exists',
    { [index]: `${comment}import '@parperos/nothing'\n` },
    [`${index}:2 imports/unknown`],
  ],
  [
    'no relative import leaves its package',
    { 'packages/demo/test/demo.test.ts': `${comment}import '../../alloc-api/src/index.ts'\n` },
    ['packages/demo/test/demo.test.ts:2 imports/relative'],
  ],
  [
    'Atomics stands in one file only; in a comment, a string or a type it is no use of it',
    {
      'packages/demo/src/sab/tree.ts':
        '// Atomics.load is dear.\nexport const s = "Atomics.load"\nexport type A = typeof Atomics\nAtomics.load(s)\n',
    },
    ['packages/demo/src/sab/tree.ts:4 imports/atomics'],
  ],
  [
    'Atomics is found behind another name',
    { 'packages/demo/src/layout.ts': `${comment}const { load } = Atomics\nglobalThis.Atomics.store(load)\n` },
    ['packages/demo/src/layout.ts:2 imports/atomics', 'packages/demo/src/layout.ts:3 imports/atomics'],
  ],
  [
    '#atomics leads to alloc-api',
    { 'packages/demo/package.json': mapped },
    [`packages/demo/package.json:${lineIn(mapped, '"#atomics"')} imports/atomics-mapping`],
  ],
  [
    'C sees its own csrc and that of alloc-api only',
    {
      'packages/other/package.json': json({ name: '@parperos/other' }),
      'packages/other/csrc/other.h': comment,
      'packages/demo/csrc/tree.h': `${comment}/* #include "none.h" */\n#include "../../other/csrc/other.h"\n`,
    },
    ['packages/demo/csrc/tree.h:3 imports/include'],
  ],
  [
    'the product does not include the benchmark, the benchmark includes the product',
    {
      'packages/demo/bench/csrc/loop.c': `${comment}#include "tree.h"\n#include "prim.h"\n`,
      'packages/demo/csrc/tree.h': `${comment}#include "../bench/csrc/loop.c"\n`,
    },
    ['packages/demo/csrc/tree.h:2 imports/include'],
  ],
  [
    'an include finds its file',
    { 'packages/demo/csrc/tree.h': `${comment}#  include "none.h"\n` },
    ['packages/demo/csrc/tree.h:2 imports/include-missing'],
  ],
])('%s', async (_title, changes, expected) => {
  expect(await places(imports, changes)).toEqual(expected)
})

it('lets a conditional #atomics stand in, as long as one condition leads to alloc-api', async () => {
  const mapping = { '#atomics': { explore: './test/explorer.ts', default: '@parperos/alloc-api/atomics' } }
  expect(await places(imports, { 'packages/demo/package.json': demoManifest({ imports: mapping }) })).toEqual([])
})
