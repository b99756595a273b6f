// The model with nothing beyond taking and giving: no places, no classes, nothing to reclaim.
import type { FrameAllocatorCore } from '../src/driver/core.ts'
import { makeModelBackend, type ModelBackend } from '../src/model/backend.ts'
import { ModelCore } from '../src/model/core.ts'
import type { FrameBytes } from '../src/model/layout.ts'
import { status } from '../src/status.ts'

/** What `get` and `getBatch` answer when a class is named. */
const refused = (frameClass: number): number => (frameClass === -1 ? 0 : status.BAD_CLASS)

function plainCore(bytes: FrameBytes): FrameAllocatorCore {
  const core = new ModelCore(bytes)
  return {
    get: (order, frameClass) => refused(frameClass) || core.get(order, frameClass),
    put: (frame, order) => core.put(frame, order),
    getBatch: (order, into, frameClass) => refused(frameClass) || core.getBatch(order, into, frameClass),
    putBatch: (order, frames) => core.putBatch(order, frames),
    stats: (into) => {
      core.stats(into)
    },
    statsAt: (frame, order, into) => core.statsAt(frame, order, into),
    validate: (into) => core.validate(into),
  }
}

export const plainBackend: ModelBackend = makeModelBackend({
  supports: { placement: false, classes: false, reclaim: false, recovery: false },
  core: plainCore,
})
