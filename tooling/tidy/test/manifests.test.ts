// The rules for package.json, one violation each. Lines are those of the manifest that the fixture writes.
import { expect, it } from 'vitest'
import { manifests } from '../src/checks/manifests.ts'
import { clean, demoManifest, json, lineIn, places, publishable } from './fixture.ts'

const file = 'packages/demo/package.json'

it('finds nothing in a tree in order', async () => {
  expect(await places(manifests)).toEqual([])
})

it.each<[string, object, string, string]>([
  ['is a module', { type: 'commonjs' }, '"type"', 'fields'],
  ['has the licence', { license: 'ISC' }, '"license"', 'fields'],
  ['has a description', { description: '' }, '"description"', 'fields'],
  ['says what is published', { files: [] }, '"files"', 'fields'],
  ['says which Node it needs', { engines: {} }, '"engines"', 'fields'],
  [
    'names types before code',
    { exports: { '.': { default: './dist/index.js', types: './dist/index.d.ts' } } },
    '".":',
    'exports',
  ],
  ['gives every export types', { exports: { './sab': './dist/sab.js' } }, '"./sab"', 'exports'],
  [
    'checks what would be published',
    { scripts: { ...publishable.scripts, package: 'true' } },
    '"package":',
    'scripts',
  ],
  [
    'runs nothing where it is installed',
    { scripts: { ...publishable.scripts, postinstall: 'node-gyp rebuild' } },
    '"postinstall"',
    'install-script',
  ],
  ['pins dependencies', { devDependencies: { picocolors: '^1.1.1' } }, '"picocolors"', 'pinned'],
  ['takes packages of ours from the workspace', { dependencies: { '@parperos/x': 'workspace:^' } }, '/x"', 'pinned'],
])('a package %s', async (_title, change, at, rule) => {
  const manifest = demoManifest(change)
  expect(await places(manifests, { [file]: manifest })).toEqual([`${file}:${lineIn(manifest, at)} manifests/${rule}`])
})

it.each(['build', 'types', 'test'])('a package has the script %s', async (name) => {
  const { [name as 'test']: _, ...scripts } = publishable.scripts
  const manifest = demoManifest({ scripts })
  expect(await places(manifests, { [file]: manifest })).toEqual([
    `${file}:${lineIn(manifest, '"scripts"')} manifests/scripts`,
  ])
})

it('a package says what is a side effect, and what it exports', async () => {
  const { sideEffects: _, ...rest } = JSON.parse(demoManifest()) as Record<string, unknown>
  expect(await places(manifests, { [file]: json({ ...rest, exports: undefined }) })).toEqual([
    `${file}:1 manifests/fields`,
    `${file}:1 manifests/fields`,
  ])
})

it('a private package need not check what would be published', async () => {
  const { package: _, ...scripts } = publishable.scripts
  expect(await places(manifests, { [file]: demoManifest({ private: true, scripts }) })).toEqual([])
})

it('knows exact versions behind another name, and ranges that peers may have', async () => {
  const manifest = demoManifest({
    devDependencies: { typescript: 'npm:@typescript/typescript6@6.0.2', clang: '22.0.0-git20542-10' },
    peerDependencies: { vitest: '>=5' },
  })
  expect(await places(manifests, { [file]: manifest })).toEqual([])
})

it('the whole project uses one version of a dependency', async () => {
  const app = 'apps/shop/package.json'
  const manifest = json({ name: '@parperos/shop', private: true, devDependencies: { a: '1.0.0', vitest: '5.0.9' } })
  expect(await places(manifests, { [app]: manifest })).toEqual([
    `${app}:${lineIn(manifest, 'vitest')} manifests/same-version`,
  ])
})

it('no manifest names a host', async () => {
  const host = ['github', 'com'].join('.')
  const root = json({ ...(JSON.parse(clean['package.json']) as object), repository: `https://${host}/a/b` })
  expect(await places(manifests, { 'package.json': root })).toEqual(['package.json:1 manifests/host'])
})
