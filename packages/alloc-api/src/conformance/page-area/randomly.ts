// Seeded batches of all sorts, every byte compared. Everything comes from the seed, which stands in the check's name:
// the same name fails again in the same way.
import { FRAME_BYTES } from '../../frame-allocator.ts'
import type { PagePart } from './subject.ts'
import { configOf, runTrace, type PageTrace } from './trace.ts'

const traces: PageTrace[] = [
  { seed: 1, batches: 300, pages: 100, room: 120, slots: 1, fileBytes: 100 * FRAME_BYTES, longest: 20 },
  { seed: 2, batches: 300, pages: 100, room: 30, slots: 1, fileBytes: 90 * FRAME_BYTES + 1000, longest: 20 },
  { seed: 3, batches: 300, pages: 200, room: 100, slots: 3, fileBytes: 0, longest: 60 },
  { seed: 4, batches: 400, pages: 300, room: 400, slots: 2, fileBytes: 280 * FRAME_BYTES + 4095, longest: 100 },
  { seed: 5, batches: 300, pages: 64, room: 12, slots: 2, fileBytes: 64 * FRAME_BYTES, longest: 8 },
  { seed: 6, batches: 80, pages: 2500, room: 1500, slots: 2, fileBytes: 2000 * FRAME_BYTES, longest: 1200 },
]

export const randomly: PagePart = (rig) =>
  traces.map((trace) => {
    const { seed, batches, pages, room, slots } = trace
    const name = `${batches} batches of ${slots} workers on ${pages} pages and ${room} frames, seed ${seed}`
    return rig.inWorldCheck(name, configOf(trace), async (world) => {
      await runTrace(rig, world, trace)
    })
  })
