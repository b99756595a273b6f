// The layout as the table that C gets its header from, with the hash by which a compiled core is recognised.
import { defineConstants } from '@parperos/alloc-api/driver'
import * as L from './layout.ts'

// The hash depends on the order of the entries, and bundlers order a module's names differently than engines do.
const sorted = Object.fromEntries(Object.entries(L).sort(([one], [other]) => (one < other ? -1 : 1))) as typeof L

export const layout = defineConstants('EXMAP', { ...sorted })
