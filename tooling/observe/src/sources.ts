// Where the sources of our packages are. Tests import a package by its name and get what is built, in which `#atomics`
// was put in place for good; to observe it, the same name has to lead to the source.
import { existsSync } from 'node:fs'
import { fileURLToPath, pathToFileURL } from 'node:url'

/** The repository's root, as a file URL that ends in a slash. */
export const root = new URL('../../../', import.meta.url)

/** The path of a file that is named relative to the root. */
export const pathInRoot = (file: string): string => fileURLToPath(new URL(file, root))

const packageName = /^@parperos\/([^/]+)(?:\/(.+))?$/

/**
 * The source that an import of one of packages/* leads to, as a URL; null for anything else. A subpath is the file of
 * that name in src, or the index of that folder, or the core or the TypeScript part of that name.
 */
export function sourceOf(specifier: string): string | null {
  const match = packageName.exec(specifier)
  if (!match) return null
  const [, name, subpath = 'index'] = match
  if (!existsSync(pathInRoot(`packages/${name}/src`))) return null
  const candidates = [`${subpath}.ts`, `${subpath}/index.ts`, `${subpath}-core.ts`, `sab/${subpath}.ts`]
  const paths = candidates.map((file) => pathInRoot(`packages/${name}/src/${file}`))
  const path = paths.find((candidate) => existsSync(candidate))
  return path === undefined ? null : pathToFileURL(path).href
}
