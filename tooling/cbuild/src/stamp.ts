// Decides whether an output has to be built again. In the package's `.build/cbuild/`, each output has a stamp with two
// hashes:
//
//   inputs   every C file of the include folders, the flags, the compiler's version and cbuild itself
//   output   the output as it was written
//
// Both must still hold. The second matters because outputs also come from elsewhere (a build cache that restores an
// older one): the right inputs beside the wrong output are not up to date.
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, readdirSync, rmSync } from 'node:fs'
import { basename, join } from 'node:path'
import { writeFileWhole, type IncludeFolder } from './files.ts'

interface Stamp {
  inputs: string
  output: string
}

/** The C files that an output may be made of. */
export interface InputFile {
  folder: IncludeFolder
  path: string
}

/** One hash over all that an output depends on; `settings` are flags and versions. */
export function hashInputs(files: InputFile[], settings: string[]): string {
  const hash = createHash('sha256')
  for (const setting of settings) hash.update(`${setting}\0`)
  const own = readdirSync(import.meta.dirname).filter((name) => name.endsWith('.ts'))
  for (const name of own.sort()) hash.update(readFileSync(join(import.meta.dirname, name)))
  for (const { folder, path } of files) {
    hash.update(`\0${folder.label}/${path}\0`).update(readFileSync(join(folder.path, path)))
  }
  return hash.digest('hex')
}

export function isUpToDate(packageFolder: string, output: string, inputs: string): boolean {
  const file = stampFile(packageFolder, output)
  if (!existsSync(output) || !existsSync(file)) return false
  let stamp: Partial<Stamp>
  try {
    stamp = JSON.parse(readFileSync(file, 'utf8')) as Partial<Stamp>
  } catch {
    // A stamp that cannot be read says nothing, so the output is built again.
    return false
  }
  return stamp.inputs === inputs && stamp.output === hashFile(output)
}

export function writeStamp(packageFolder: string, output: string, inputs: string): void {
  const stamp: Stamp = { inputs, output: hashFile(output) }
  writeFileWhole(stampFile(packageFolder, output), `${JSON.stringify(stamp)}\n`)
}

/** Takes away an output that is known to be older than its sources. */
export function removeOutput(packageFolder: string, output: string): void {
  rmSync(output, { force: true })
  rmSync(stampFile(packageFolder, output), { force: true })
}

const stampFile = (packageFolder: string, output: string) =>
  join(packageFolder, '.build', 'cbuild', `${basename(output)}.json`)

const hashFile = (file: string) => createHash('sha256').update(readFileSync(file)).digest('hex')
