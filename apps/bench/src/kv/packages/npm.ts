// What npm's packages say of themselves: the package.json files of a node_modules. A record is such a file under the
// name and version that stand in it.
import { readFileSync } from 'node:fs'
import { basename } from 'node:path'
import { walk } from '../../suites/walk.ts'
import { recordsOf, type Found, type Records } from './record.ts'

/** At most `limit` bytes of values; null where there are none. */
export function npmRecords(limit: number, modules: string): Records | null {
  const found: Found[] = []
  let left = limit
  for (const { path } of walk(modules).filter((file) => basename(file.path) === 'package.json')) {
    const value = readFileSync(path)
    const key = keyOf(value)
    if (key === null) continue
    if (value.length > left) break
    left -= value.length
    found.push([key, value])
  }
  return found.length > 0 ? recordsOf('package.json files of node_modules', found) : null
}

function keyOf(text: Buffer): string | null {
  try {
    const { name, version } = JSON.parse(text.toString()) as { name?: unknown; version?: unknown }
    return typeof name === 'string' && typeof version === 'string' ? `${name} ${version}` : null
  } catch {
    return null
  }
}
