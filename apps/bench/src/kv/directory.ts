// A directory for a store that is gone when its process has ended, also when that failed.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export interface StoreDirectory extends Disposable {
  readonly path: string
}

/** In the system's folder for temporary files. */
export function storeDirectory(): StoreDirectory {
  const path = mkdtempSync(join(tmpdir(), 'parperos-bench-'))
  const remove = (): void => rmSync(path, { recursive: true, force: true })
  process.once('exit', remove)
  return {
    path,
    [Symbol.dispose]() {
      process.removeListener('exit', remove)
      remove()
    },
  }
}
