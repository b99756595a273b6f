// What there is to build in a package: its manifest's `cbuild` entry, checked, and turned into headers and targets.
//
// A target is one folder of C with a root file for each output: `wasm.c` becomes the WebAssembly module, `addon.c` the
// addon. Both are single translation units that include the rest. The package's `csrc/` is the first target; `extra`
// names more, which see their own folder before the package's.
import { existsSync, readFileSync, realpathSync } from 'node:fs'
import { findPackageJSON } from 'node:module'
import { dirname, isAbsolute, join, normalize } from 'node:path'
import { pathToFileURL } from 'node:url'
import { UsageError, messageOf } from './errors.ts'
import { posix, type IncludeFolder } from './files.ts'

/** The package whose C every other package may include. */
const sharedPackage = '@parperos/alloc-api'

export interface HeaderEntry {
  /** The generated file and the TypeScript module it comes from, relative to the package. */
  file: string
  source: string
}

export interface Target {
  name: string
  /** Searched in this order; the first holds the root files. */
  includes: IncludeFolder[]
  hasWasm: boolean
  hasAddon: boolean
}

export interface CPackage {
  folder: string
  /** The name in the manifest, for messages. */
  name: string
  headers: HeaderEntry[]
  targets: Target[]
}

/** Reads the package in `folder`; throws `UsageError` where its manifest does not say what to build. */
export function readPackage(folder: string): CPackage {
  const manifest = readManifest(join(folder, 'package.json'))
  const entry = manifest.cbuild
  const bad = (what: string) => new UsageError(`${join(folder, 'package.json')}: ${what}`)
  if (!isRecord(entry)) {
    throw bad('no "cbuild" entry; expected "cbuild": { "name": "<output name>" }, or run cbuild elsewhere')
  }
  const unknown = Object.keys(entry).filter((key) => !['name', 'headers', 'extra'].includes(key))
  if (unknown.length > 0) throw bad(`"cbuild" has unknown keys ${unknown.join(', ')}; expected name, headers, extra`)
  const { name, headers = {}, extra = [] } = entry
  if (!isRecord(headers)) throw bad('"cbuild.headers" must map each generated header to its TypeScript module')
  if (!Array.isArray(extra)) throw bad('"cbuild.extra" must be a list of { "name", "source" }')

  const own: IncludeFolder = { path: join(folder, 'csrc'), label: 'csrc' }
  const shared = sharedIncludes(folder)
  const target = (outputName: unknown, includes: IncludeFolder[], where: string): Target => {
    if (typeof outputName !== 'string' || !/^[a-z0-9][a-z0-9._-]*$/.test(outputName)) {
      const found = JSON.stringify(outputName)
      throw bad(`"${where}.name" is ${found}; expected lower-case letters, digits, dots and dashes`)
    }
    const has = (root: string) => existsSync(join(includes[0].path, root))
    const present = includes.filter(({ path }) => existsSync(path))
    return { name: outputName, includes: present, hasWasm: has('wasm.c'), hasAddon: has('addon.c') }
  }
  const inside = (path: unknown, where: string): string => {
    const clean = typeof path === 'string' ? posix(normalize(path)) : ''
    if (typeof path !== 'string' || isAbsolute(path) || /^(\.\.)?(\/|$)/.test(clean)) {
      throw bad(`${where} is ${JSON.stringify(path)}; expected a path inside the package`)
    }
    return clean
  }

  const targets = [target(name, [own, ...shared], 'cbuild')]
  for (const [index, item] of extra.entries()) {
    const where = `cbuild.extra[${index}]`
    if (!isRecord(item)) throw bad(`"${where}" must be { "name", "source" }`)
    const label = inside(item.source, `"${where}.source"`)
    const made = target(item.name, [{ path: join(folder, label), label }, own, ...shared], where)
    if (!made.hasWasm && !made.hasAddon) throw bad(`"${where}.source": ${label} holds neither a wasm.c nor an addon.c`)
    if (targets.some((other) => other.name === made.name)) throw bad(`two targets are named ${made.name}`)
    targets.push(made)
  }
  const buildable = targets.filter(({ hasWasm, hasAddon }) => hasWasm || hasAddon)
  if (buildable.length === 0 && Object.keys(headers).length === 0) {
    throw bad('nothing to build; expected csrc/wasm.c, csrc/addon.c, or "cbuild.headers"')
  }
  return {
    folder,
    name: typeof manifest.name === 'string' ? manifest.name : posix(folder),
    headers: Object.entries(headers).map(([file, source]) => ({
      file: inside(file, 'a key of "cbuild.headers"'),
      source: inside(source, `"cbuild.headers" for ${file}`),
    })),
    targets: buildable,
  }
}

/** The shared package's C, found as the package itself would find it; nothing where it is not a dependency. */
function sharedIncludes(folder: string): IncludeFolder[] {
  let manifest: string | undefined
  try {
    manifest = findPackageJSON(sharedPackage, pathToFileURL(join(folder, 'package.json')))
  } catch {
    // Not a dependency of this package: its C stands alone.
  }
  if (manifest === undefined) return []
  const path = join(dirname(realpathSync(manifest)), 'csrc')
  if (!existsSync(path) || path === join(realpathSync(folder), 'csrc')) return []
  return [{ path, label: `${sharedPackage}/csrc` }]
}

function readManifest(file: string): Record<string, unknown> {
  if (!existsSync(file)) throw new UsageError(`no ${file}; run cbuild in a package's folder`)
  try {
    const manifest: unknown = JSON.parse(readFileSync(file, 'utf8'))
    if (isRecord(manifest)) return manifest
  } catch (error) {
    throw new UsageError(`${file} is not JSON: ${messageOf(error)}`)
  }
  throw new UsageError(`${file} is not a manifest: expected a JSON object`)
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
