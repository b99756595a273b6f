// Makes a file of the repository a module that a browser can load: types are blanked out (which keeps every line and
// column), and what is imported by name becomes the path of the file that it stands for. Import maps would do the
// latter for a page, but not for its workers. Relative imports and `import.meta.url` work as they are, since every file
// is served under its path in the repository.
import { transformSync } from 'amaro'
import { init, parse, type Import } from 'es-module-lexer'
import { moduleResolve } from 'import-meta-resolve'
import { relative, sep } from 'node:path'
import { fileURLToPath } from 'node:url'

const CONDITIONS = new Set(['browser', 'import', 'default'])

/** A module cannot be served: it does not parse, or imports what no browser has. */
export class ModuleError extends Error {
  override readonly name = 'ModuleError'
}

/** The JavaScript of `source`, whose file is `url`; `root` is the folder that paths start from. */
export async function browserModule(source: string, url: URL, root: string): Promise<string> {
  await init()
  try {
    const code = url.pathname.endsWith('.ts') ? transformSync(source, { mode: 'strip-only' }).code : source
    const [imports] = parse(code)
    // From the last to the first, so that positions stay right.
    return imports.toReversed().reduce((text, one) => withPath(text, one, url, root), code)
  } catch (cause) {
    throw new ModuleError(`${path(url, root)}: ${reasonOf(cause)}`, { cause })
  }
}

/** What was wrong. The stripper of types throws plain objects with a message and a line. */
function reasonOf(cause: unknown): string {
  if (cause instanceof Error) return cause.message
  const { message, startLine } = cause as { message: string; startLine: number }
  return `line ${startLine}: ${message}`
}

function withPath(code: string, one: Import, url: URL, root: string): string {
  const { specifier, start, end, type } = one
  if (type === 'import-meta' || specifier === undefined || /^(\.{0,2}\/|https?:|data:|blob:)/.test(specifier)) return code
  const target = resolve(specifier, url, type === 'dynamic')
  if (!target) return code
  // The lexer's range has the quotes of a dynamic import, but not those of a static one.
  const quote = type === 'dynamic' ? "'" : ''
  return code.slice(0, start) + quote + path(target, root) + quote + code.slice(end)
}

/** The file of an import by name. One of Node that is loaded on demand is left alone: it may never be asked for. */
function resolve(specifier: string, url: URL, onDemand: boolean): URL | null {
  const target = moduleResolve(specifier, url, CONDITIONS)
  if (target.protocol === 'file:') return target
  if (onDemand) return null
  throw new Error(`imports ${specifier}, which browsers do not have`)
}

/** Where a file is served: its path from the root, starting with a slash. */
export function path(file: URL, root: string): string {
  const parts = relative(root, fileURLToPath(file)).split(sep)
  if (parts[0] === '..') throw new Error(`${fileURLToPath(file)} is outside of ${root}`)
  return `/${parts.map(encodeURIComponent).join('/')}`
}
