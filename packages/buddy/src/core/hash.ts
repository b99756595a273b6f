// A compiled core was built for one layout; one that was built for another must not touch the Region.
import { ParperosError } from '@parperos/alloc-api'
import { layout } from '../layout.ts'

/** Throws `BAD_VERSION` unless a compiled core reports the hash of this layout. */
export function requireHash(file: string, found: number): void {
  if (found >>> 0 === layout.hash) return
  throw new ParperosError('BAD_VERSION', `${file} was built for another layout than this package has`, {
    hint: 'build the package again',
  })
}
