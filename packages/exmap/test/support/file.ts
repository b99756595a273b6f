// Files for tests, gone when the test is over.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { patternedBytes } from './page-bytes.ts'

export interface TestFile extends Disposable {
  readonly path: string
}

/** A file of `bytes` bytes; page n is `pattern(n)`. */
export function patternedFile(bytes: number): TestFile {
  const folder = mkdtempSync(join(tmpdir(), 'exmap-'))
  const path = join(folder, 'pages.bin')
  writeFileSync(path, patternedBytes(bytes))
  return { path, [Symbol.dispose]: () => rmSync(folder, { recursive: true }) }
}
