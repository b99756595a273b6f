// The lists of packages that Debian's apt and dpkg keep: text of stanzas, an empty line between them, `Name: value` in
// each line. A record is a stanza under its package's name, version and architecture.
import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { recordsOf, type Found, type Records } from './record.ts'

const LISTS = 'var/lib/apt/lists'
const STATUS = 'var/lib/dpkg/status'
/** apt's own tool reads lists that it keeps compressed. */
const HELPER = 'usr/lib/apt/apt-helper'

/**
 * At most `limit` bytes of values, from the lists of what could be installed, else of what is; null where neither is.
 */
export function debianRecords(limit: number, root = '/'): Records | null {
  const found: Found[] = []
  let left = limit
  for (const text of textsOf(root)) {
    for (const one of stanzasOf(text)) {
      if (one[1].length > left) return recordsOf("Debian's package lists", found)
      left -= one[1].length
      found.push(one)
    }
  }
  return found.length > 0 ? recordsOf("Debian's package lists", found) : null
}

function* textsOf(root: string): Generator<Buffer> {
  const folder = join(root, LISTS)
  const names = existsSync(folder) ? readdirSync(folder).sort() : []
  for (const name of names.filter((one) => /_Packages(?:\.\w+)?$/.test(one))) {
    const text = textOf(join(folder, name), root)
    if (text) yield text
  }
  const status = join(root, STATUS)
  if (existsSync(status)) yield readFileSync(status)
}

function textOf(path: string, root: string): Buffer | null {
  if (path.endsWith('_Packages')) return readFileSync(path)
  const { status, stdout } = spawnSync(join(root, HELPER), ['cat-file', path], { maxBuffer: 2 ** 30 })
  return status === 0 ? stdout : null
}

export function* stanzasOf(text: Buffer): Generator<Found> {
  for (let from = 0; from < text.length; ) {
    const end = text.indexOf('\n\n', from)
    const to = end < 0 ? text.length : end
    const stanza = text.subarray(from, to)
    const key = keyOf(stanza.toString('latin1'))
    if (key !== null) yield [key, stanza]
    from = to + 2
  }
}

function keyOf(stanza: string): string | null {
  const field = (name: string): string | undefined => new RegExp(`^${name}: (.+)$`, 'm').exec(stanza)?.[1]
  const [name, version] = [field('Package'), field('Version')]
  return name === undefined || version === undefined ? null : `${name} ${version} ${field('Architecture') ?? 'all'}`
}
