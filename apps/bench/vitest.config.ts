import { tests } from '@parperos/presets/vitest'

// A run measures every cell there is: under a minute on a quiet machine, several times that on a busy one.
export default tests({ testTimeoutMs: 300_000 })
