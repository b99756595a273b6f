// The TypeScript backend: runs in every worker of every engine with shared memory, beside wasm on the same bytes.
import { sharedMemoryUnavailable } from '@parperos/alloc-api/driver'
import type { CoreBackend, ExMapBackend } from './driver.ts'
import { areaBackend } from './open.ts'
import { Area } from './sab/area.ts'
import { SabCore } from './sab/exmap.ts'
import { refuseMapped, requireView, supports, tableArea } from './table-area.ts'

const core: CoreBackend = {
  kind: 'sab',
  supports,
  requireFit: requireView,
  async start({ words, geometry, slot, handle }) {
    refuseMapped(handle)
    const core = new SabCore(new Area(words, geometry, slot))
    return { core, area: tableArea, way: 'table', whyNotBetter: [] }
  },
}

export const sab: ExMapBackend = areaBackend(core, sharedMemoryUnavailable)
