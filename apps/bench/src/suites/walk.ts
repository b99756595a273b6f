// Real input: the regular files beneath a directory. Symbolic links are not followed (neither twice nor around in
// circles), and what cannot be looked at is left out.
import { existsSync, lstatSync, readdirSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { Misuse } from '../misuse.ts'

export interface FoundFile {
  path: string
  size: number
}

/** More files than this are not looked at; a cache of ours would not hold them anyway. */
const MAX_FILES = 500_000

/** All regular files beneath `dir` in a fixed order. Throws `Misuse` when `dir` is no directory that can be read. */
export function walk(dir: string): FoundFile[] {
  checkDirectory(dir)
  const found: FoundFile[] = []
  const pending = [dir]
  for (let folder = pending.pop(); folder !== undefined && found.length < MAX_FILES; folder = pending.pop()) {
    for (const entry of entriesOf(folder)) {
      const path = join(folder, entry.name)
      if (entry.isDirectory()) pending.push(path)
      else if (entry.isFile()) {
        const size = sizeOf(path)
        if (size !== undefined) found.push({ path, size })
      }
    }
  }
  return found.sort((a, b) => (a.path < b.path ? -1 : 1))
}

/** What stands in a project's root folder. */
const ROOT_MARKS = ['.git', 'pnpm-lock.yaml', 'package-lock.json', 'yarn.lock']

/** The project's `node_modules`: the outermost one from `start` upwards to the project's root. */
export function projectModules(start: string): string {
  let outermost: string | undefined
  for (let folder = start; ; folder = dirname(folder)) {
    const modules = join(folder, 'node_modules')
    if (isDirectory(modules)) outermost = modules
    const isRoot = ROOT_MARKS.some((mark) => existsSync(join(folder, mark)))
    if (isRoot || dirname(folder) === folder) break
  }
  if (outermost !== undefined) return outermost
  throw new Misuse(`there is no node_modules from ${start} upwards: name a directory with --dir`)
}

function checkDirectory(dir: string): void {
  try {
    if (!statSync(dir).isDirectory()) throw new Misuse(`--dir ${dir} is not a directory`)
    readdirSync(dir)
  } catch (error) {
    if (error instanceof Misuse) throw error
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'ENOTDIR') throw new Misuse(`--dir ${dir} does not exist`)
    throw new Misuse(`--dir ${dir} cannot be read: ${code ?? String(error)}`)
  }
}

const entriesOf = (folder: string) => {
  try {
    return readdirSync(folder, { withFileTypes: true })
  } catch {
    return []
  }
}

const sizeOf = (path: string): number | undefined => lstatSync(path, { throwIfNoEntry: false })?.size

const isDirectory = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false
