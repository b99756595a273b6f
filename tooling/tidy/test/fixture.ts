// A small repository in a temporary folder, in order by every rule, into which a test puts one thing that is not.
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { onTestFinished } from 'vitest'
import type { Check, Finding } from '../src/check.ts'
import { Repository } from '../src/repository.ts'
import type { Rules } from '../src/rule-types.ts'
import { rules } from '../src/rules.ts'
import { tidy } from '../src/tidy.ts'

/** Paths with their text; null takes a file of the clean tree away. */
export type Files = Record<string, string | null>

export const json = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`

/** The fields of a package that can be published. */
export const publishable = {
  type: 'module',
  version: '0.0.0',
  description: 'A package that is in order.',
  license: 'MIT',
  sideEffects: false,
  engines: { node: '>=22.18' },
  files: ['dist'],
  scripts: {
    build: 'tsup',
    types: 'tsc -p .',
    test: 'vitest run',
    package: rules.manifests.packageScript,
  },
}

const library = (name: string, more: object = {}): string =>
  json({
    name: `@parperos/${name}`,
    ...publishable,
    exports: { '.': { types: './dist/index.d.ts', default: './dist/index.js' } },
    ...more,
  })

export const demoManifest = (more: object = {}): string =>
  library('demo', {
    imports: { '#atomics': '@parperos/alloc-api/atomics' },
    dependencies: { '@parperos/alloc-api': 'workspace:*' },
    devDependencies: { '@parperos/kit': 'workspace:*', vitest: '5.1.0' },
    ...more,
  })

/** The line on which a text first stands. */
export const lineIn = (text: string, part: string): number =>
  text.split('\n').findIndex((line) => line.includes(part)) + 1

const source = (...lines: string[]): string => ['// What this file is, in a sentence.', ...lines, ''].join('\n')

export const clean: Record<string, string> = {
  '.gitignore': 'node_modules\n.build/\ndist/\n',
  'README.md': '# The root\n\nSee [the demo](packages/demo/README.md).\n\n```sh\nnpm test\n```\n',
  'package.json': json({
    name: 'root',
    private: true,
    type: 'module',
    scripts: { test: 'true' },
    devDependencies: { vitest: '5.1.0' },
  }),
  'docs/decisions/0001-one-memory.md': '# One memory\n\nBecause it is one.\n',
  'packages/alloc-api/package.json': library('alloc-api', { imports: { '#atomics': './src/sab/atomics.ts' } }),
  'packages/alloc-api/README.md': '# alloc-api\n',
  'packages/alloc-api/DESIGN.md': '# Design\n',
  'packages/alloc-api/src/index.ts': source("export * from './contract.ts'"),
  'packages/alloc-api/src/contract.ts': source("export { load } from '#atomics'"),
  'packages/alloc-api/src/sab.ts': source("import './sab/atomics.ts'"),
  'packages/alloc-api/src/sab/atomics.ts': source('export const load = Atomics.load'),
  'packages/alloc-api/test/contract.test.ts': source("import '../src/index.ts'"),
  'packages/alloc-api/csrc/prim.h': source('int prim(void);'),
  'packages/demo/package.json': demoManifest(),
  'packages/demo/README.md': '# demo\n',
  'packages/demo/DESIGN.md': '# Design\n',
  'packages/demo/src/index.ts': source("import '@parperos/alloc-api'", "import './auto.ts'"),
  'packages/demo/src/auto.ts': source("export const native = () => import('./native.ts')"),
  'packages/demo/src/layout.ts': source('export const magic = 1'),
  'packages/demo/src/sab.ts': source("import './sab/tree.ts'"),
  'packages/demo/src/sab/tree.ts': source("import { load } from '#atomics'", "import '../layout.ts'", 'load'),
  'packages/demo/src/core/adapter.ts': source("import '../layout.ts'"),
  'packages/demo/src/wasm.ts': source("import './core/adapter.ts'"),
  'packages/demo/src/native.ts': source("import './core/adapter.ts'"),
  'packages/demo/test/demo.test.ts': source(
    "import '@parperos/alloc-api/conformance'",
    "import '@parperos/kit'",
    "import '../src/index.ts'",
    'Atomics.load(new Int32Array(1), 0)',
  ),
  'packages/demo/csrc/wasm.c': source('#include "tree.h"', '#include <stdint.h>'),
  'packages/demo/csrc/addon.c': source('#include "tree.h"', '#include "prim.h"'),
  'packages/demo/csrc/tree.h': source('int tree(void);'),
  'apps/shop/package.json': json({
    name: '@parperos/shop',
    private: true,
    type: 'module',
    dependencies: { '@parperos/alloc-api': 'workspace:*', '@parperos/demo': 'workspace:*' },
  }),
  'apps/shop/src/compose.ts': source("import '@parperos/demo/sab'"),
  'apps/shop/src/sell.ts': source("import '@parperos/demo'"),
  'tooling/kit/package.json': json({ name: '@parperos/kit', private: true, type: 'module', exports: './src/index.ts' }),
  'tooling/kit/src/index.ts': source('export {}'),
}

const modules = fileURLToPath(new URL('../../../node_modules', import.meta.url))

/** Lays the clean tree with changes; the folder goes when the test ends. */
export function lay(changes: Files = {}): string {
  const root = mkdtempSync(join(tmpdir(), 'tidy-'))
  onTestFinished(() => rmSync(root, { recursive: true }))
  spawnSync('git', ['init', '-q', root])
  symlinkSync(modules, join(root, 'node_modules'), 'dir')
  for (const [file, text] of Object.entries({ ...clean, ...changes })) {
    if (text === null) continue
    mkdirSync(dirname(join(root, file)), { recursive: true })
    writeFileSync(join(root, file), text)
  }
  return root
}

export const found = async (check: Check, changes?: Files, table: Rules = rules): Promise<Finding[]> =>
  tidy(new Repository(lay(changes)), [check], table)

/** The findings as `file:line rule`. */
export const places = async (check: Check, changes?: Files, table?: Rules): Promise<string[]> =>
  (await found(check, changes, table)).map(({ file, line, rule }) => `${file}:${line} ${rule}`)
