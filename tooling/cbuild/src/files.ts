// The file operations that every part of cbuild shares: which files of an include folder count as C, and how an output
// appears. An output is written under a temporary name beside its place and renamed, so that no reader sees half of it,
// and so that a program that has the old addon loaded keeps its own copy.
import { existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join, relative, sep } from 'node:path'

/** A folder of C sources, and the name under which the compilers' messages and the stamps know it. */
export interface IncludeFolder {
  path: string
  label: string
}

/** Every C file below a folder as its path relative to that folder, with forward slashes, sorted. */
export function sourcesBelow(folder: string): string[] {
  if (!existsSync(folder)) return []
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.(c|h|inc)$/.test(entry.name))
    .map((entry) => posix(relative(folder, join(entry.parentPath, entry.name))))
    .sort()
}

export const posix = (path: string): string => path.split(sep).join('/')

/** The text of a file, or null where there is none. */
export const textOf = (file: string): string | null => (existsSync(file) ? readFileSync(file, 'utf8') : null)

/** Lets `make` write to a temporary name in the output's folder, then moves the result to its place. */
export function replaceFile(file: string, make: (temporary: string) => void): void {
  mkdirSync(dirname(file), { recursive: true })
  const temporary = `${file}.${process.pid}.tmp`
  try {
    make(temporary)
    renameSync(temporary, file)
  } finally {
    rmSync(temporary, { force: true })
  }
}

export const writeFileWhole = (file: string, content: string | Uint8Array): void =>
  replaceFile(file, (temporary) => writeFileSync(temporary, content))
