// A small directory of real files with everything that a walk has to cope with.
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { randomOf } from '../src/measure/random.ts'

export interface TestDirectory extends Disposable {
  path: string
}

export function emptyDirectory(): TestDirectory {
  const path = mkdtempSync(join(tmpdir(), 'parperos-bench-'))
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) }
}

/** 43 regular files: an empty one, one of 5 MB, small ones; and links in circles, to files and to nowhere. */
export function directoryOfFiles(): TestDirectory {
  const directory = emptyDirectory()
  const { path } = directory
  const random = randomOf(1)
  const bytes = (length: number): Uint8Array => Uint8Array.from({ length }, () => random())
  mkdirSync(join(path, 'deep', 'er'), { recursive: true })
  writeFileSync(join(path, 'empty'), '')
  writeFileSync(join(path, 'large'), bytes(5_000_000))
  writeFileSync(join(path, 'deep', 'exact'), bytes(4096 * 8))
  for (let i = 0; i < 40; i++) writeFileSync(join(path, 'deep', 'er', `small-${i}`), bytes(1 + (random() % 60_000)))
  symlinkSync('..', join(path, 'deep', 'circle'))
  symlinkSync('../large', join(path, 'deep', 'another'))
  symlinkSync('nowhere', join(path, 'broken'))
  return directory
}
