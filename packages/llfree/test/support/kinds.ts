// The kinds of backends that can be tested here, for `it.each`. They stand apart from the backends, because a test's
// workers and child processes import those too, and what is not tested is to be said once.
import { canTest } from '@parperos/presets/backends'
import { backends } from './backends.ts'

export const kinds = Object.values(backends)
  .filter((backend) => canTest(backend))
  .map(({ kind }) => kind)
