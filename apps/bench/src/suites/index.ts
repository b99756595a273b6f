// The registry of suites, in the order in which they run. A new suite is a line here and one in jobs.ts.
import { exmap } from './exmap.ts'
import { fileCache } from './file-cache.ts'
import { llfree } from './llfree.ts'
import type { Suite } from './suite.ts'

export const suites: readonly Suite[] = [llfree, fileCache, exmap]
