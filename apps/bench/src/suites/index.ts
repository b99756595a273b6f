// The registry of suites, in the order in which they run. A new suite is a line here and one in jobs.ts.
import { bufferManager } from './buffer-manager.ts'
import { exmap } from './exmap.ts'
import { fileCache } from './file-cache.ts'
import { llfree } from './llfree.ts'
import { packageStore } from './package-store.ts'
import type { Suite } from './suite.ts'

export const suites: readonly Suite[] = [llfree, fileCache, packageStore, exmap, bufferManager]
