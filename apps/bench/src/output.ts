// Where reports go. Files get a temporary name first and their own when they are whole.
import { existsSync, mkdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { dirname, format, parse, resolve } from 'node:path'
import { Misuse } from './misuse.ts'

export interface OutputOptions {
  /** A file, or `-` for standard output. */
  json?: string
  /** A file; false: none. */
  html?: string | false
}

export interface Outputs {
  json: string | undefined
  html: string | undefined
  jsonOnStdout: boolean
}

const DEFAULT_JSON = 'reports/parperos-bench.json'

/**
 * The files to write. HTML goes next to the JSON file unless it has a name of its own; commands with `always` write
 * both even when no file was named.
 */
export function outputsOf({ json, html }: OutputOptions, { always, cwd }: { always: boolean; cwd: string }): Outputs {
  const jsonOnStdout = json === '-'
  const jsonFile = jsonOnStdout ? undefined : (json ?? (always ? DEFAULT_JSON : undefined))
  const beside = jsonFile === undefined ? undefined : format({ ...parse(jsonFile), base: '', ext: '.html' })
  const htmlFile = html === false ? undefined : (html ?? beside)
  const absolute = (file: string | undefined): string | undefined =>
    file === undefined ? undefined : resolve(cwd, file)
  if (jsonFile !== undefined && absolute(jsonFile) === absolute(htmlFile)) {
    throw new Misuse(`--json and --html name the same file ${jsonFile}: give one of them another name`)
  }
  return { json: absolute(jsonFile), html: absolute(htmlFile), jsonOnStdout }
}

/** Makes the files' folders and tries to write there; throws `Misuse` when that is not possible. */
export function prepareOutputs({ json, html }: Outputs): void {
  for (const file of [json, html].filter((one) => one !== undefined)) {
    if (statSync(file, { throwIfNoEntry: false })?.isDirectory()) throw new Misuse(`${file} is a directory, not a file`)
    try {
      makeFolder(dirname(file))
      const probe = temporaryOf(file)
      writeFileSync(probe, '')
      rmSync(probe)
    } catch (error) {
      throw new Misuse(`${file} cannot be written: ${(error as NodeJS.ErrnoException).code ?? String(error)}`)
    }
  }
}

/** Not `recursive`: Node never returns from that where a file system refuses new folders with ENOENT, as /proc does. */
function makeFolder(folder: string): void {
  if (existsSync(folder)) return
  makeFolder(dirname(folder))
  mkdirSync(folder)
}

const temporaryOf = (file: string): string => `${file}.${process.pid}.new`

export function writeWhole(file: string, text: string): void {
  const temporary = temporaryOf(file)
  try {
    writeFileSync(temporary, text)
    renameSync(temporary, file)
  } finally {
    rmSync(temporary, { force: true })
  }
}
