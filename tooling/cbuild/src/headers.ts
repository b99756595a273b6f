// Generates C headers from TypeScript: one idea, one place. A layout is written down once, as constants tables that a
// TypeScript module exports; this imports the module (Node strips the types) and renders every table it finds.
import { join, relative } from 'node:path'
import { pathToFileURL } from 'node:url'
import { isConstantsTable, tableLines } from './constants.ts'
import { BuildError, messageOf } from './errors.ts'
import { posix, textOf, writeFileWhole } from './files.ts'
import type { CPackage, HeaderEntry } from './package.ts'

/** A header that is not what its module says now, and the first line where the two part. */
export interface StaleHeader {
  file: string
  source: string
  line: number
  /** Null where one of the two has no such line, or where there is no file. */
  expected: string | null
  found: string | null
}

/** Writes the headers that changed; returns their paths relative to the package. */
export async function writeHeaders(cPackage: CPackage): Promise<string[]> {
  const written: string[] = []
  for (const entry of cPackage.headers) {
    const text = await render(cPackage, entry)
    const file = join(cPackage.folder, entry.file)
    // An untouched file keeps its time of change, which editors and watchers go by.
    if (textOf(file) === text) continue
    writeFileWhole(file, text)
    written.push(entry.file)
  }
  return written
}

/** Finds the headers that `writeHeaders` would change; writes nothing. */
export async function staleHeaders(cPackage: CPackage): Promise<StaleHeader[]> {
  const stale: StaleHeader[] = []
  for (const { file, source } of cPackage.headers) {
    const expected = (await render(cPackage, { file, source })).split('\n')
    const text = textOf(join(cPackage.folder, file))
    const found = text?.split('\n') ?? []
    const index = Array.from({ length: Math.max(expected.length, found.length) }).findIndex(
      (_, at) => expected[at] !== found[at],
    )
    if (index < 0) continue
    stale.push({
      file,
      source,
      line: index + 1,
      expected: expected.at(index) ?? null,
      found: found.at(index) ?? null,
    })
  }
  return stale
}

/** What a person reads about a stale header: where, what, and how to mend it. `cwd` is where they stand. */
export function explain(stale: StaleHeader, { folder, name }: CPackage, cwd: string): string {
  const { file, source, line, expected, found } = stale
  const show = (text: string | null) => (text === null ? 'nothing' : JSON.stringify(text))
  const place = `${posix(relative(cwd, join(folder, file)))}:${line}`
  return `${place}: not up to date with ${source}: expected ${show(expected)}, found ${show(found)}\n` +
    `  to mend it: run \`cbuild headers\` in the folder of ${name} and commit the result`
}

async function render({ folder }: CPackage, { source }: HeaderEntry): Promise<string> {
  const fail = (what: string) => new BuildError(`${source}: ${what}`)
  let exported: Record<string, unknown>
  try {
    exported = (await import(pathToFileURL(join(folder, source)).href)) as Record<string, unknown>
  } catch (error) {
    const mend = 'if a package that it imports is missing, build that one first'
    throw fail(`could not be imported: ${messageOf(error)}\n  ${mend}`)
  }
  // One table may be exported under two names.
  const tables = [...new Set(Object.values(exported))].filter(isConstantsTable)
  if (tables.length === 0) throw fail('exports no constants table; expected at least one made by defineConstants')
  let blocks: string[][]
  try {
    blocks = tables.map(tableLines)
  } catch (error) {
    throw fail(messageOf(error))
  }
  const names = blocks.flat().map((line) => line.split(' ')[1])
  const twice = names.find((name, index) => names.indexOf(name) !== index)
  if (twice !== undefined) {
    throw fail(`${twice} would be defined twice; give a table another prefix or a key another name`)
  }
  const origin = `// Generated from ${source} by \`cbuild headers\`: change that file and run the command again.`
  return [[origin, '#pragma once'], ...blocks].map((lines) => `${lines.join('\n')}\n`).join('\n')
}
