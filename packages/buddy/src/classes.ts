// The allocator keeps no classes apart: the one that it has is what a call without a class means, and naming one is
// refused, as `supports.classes` announces.
import { ParperosError } from '@parperos/alloc-api'

export const classes: readonly string[] = ['default']

/** What a core gets for a call that names no class. */
export const NO_CLASS = -1

export function refuseClass(): never {
  throw new ParperosError('UNSUPPORTED', 'buddy keeps no classes apart: leave the class out', {
    hint: 'look at supports.classes first',
  })
}
