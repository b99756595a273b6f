// A compiled core knows which layout it was compiled with; a different one must not touch the words.
import { ParperosError } from '@parperos/alloc-api'
import { layout } from '../constants.ts'

/** Throws `BAD_VERSION` unless the core was built with this very layout. */
export function checkHash(found: number): void {
  if (found >>> 0 === layout.hash) return
  throw new ParperosError('BAD_VERSION', 'the compiled core of exmap was built with another layout', {
    hint: 'build the package again, or install it again',
  })
}
