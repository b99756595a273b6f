// Mutants: errors planted on purpose, as replacements in a source when it is loaded. The file on disk stays as it is.
import { readFileSync } from 'node:fs'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { isMainThread, workerData } from 'node:worker_threads'
import { root } from './sources.ts'

/** One planted error. */
export interface Mutant {
  /** The source, relative to the repository's root (or an absolute path). */
  file: string
  /** A text that occurs in it exactly once. */
  find: string
  replace: string
}

/** The environment variable that holds a list of mutants as JSON; a worker's `workerData.mutants` is another way. */
export const MUTANTS = 'PARPEROS_MUTANTS'

/** The URL of a mutant's file. */
const urlOf = ({ file }: Mutant): string => (file.startsWith('/') ? pathToFileURL(file) : new URL(file, root)).href

/** What this thread was told to plant. */
export function givenMutants(): Mutant[] {
  const fromWorker = isMainThread ? undefined : (workerData as { mutants?: Mutant[] } | null)?.mutants
  if (fromWorker) return fromWorker
  const text = process.env[MUTANTS]
  if (!text) return []
  try {
    return JSON.parse(text) as Mutant[]
  } catch {
    throw new Error(`${MUTANTS} is a JSON list of { file, find, replace }, got ${text}`)
  }
}

/** A source with its mutants in it; null when it has none. Throws unless each `find` occurs exactly once. */
export function mutated(mutants: readonly Mutant[], url: string): string | null {
  const ofFile = mutants.filter((mutant) => urlOf(mutant) === url)
  if (ofFile.length === 0) return null
  return ofFile.reduce(plant, readFileSync(fileURLToPath(url), 'utf8'))
}

function plant(source: string, { file, find, replace }: Mutant): string {
  const parts = source.split(find)
  if (find === '' || parts.length !== 2) {
    const times = find === '' ? 'is empty' : `occurs ${parts.length - 1} times in ${file}`
    throw new Error(`a mutant's text to find has to occur exactly once, but ${JSON.stringify(find)} ${times}`)
  }
  planted.add(`${file}\n${find}`)
  return parts.join(replace)
}

const planted = new Set<string>()

/** Those of this thread's mutants whose file has not been loaded, and which therefore say nothing about any test. */
export const unplanted = (mutants: readonly Mutant[] = givenMutants()): Mutant[] =>
  mutants.filter(({ file, find }) => !planted.has(`${file}\n${find}`))

/** Throws when a mutant could not be planted, before anything runs. */
export function checkMutants(mutants: readonly Mutant[]): void {
  const urls = new Set(mutants.map(urlOf))
  for (const url of urls) mutated(mutants, url)
  planted.clear()
}
