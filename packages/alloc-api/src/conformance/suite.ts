// The suite of the frame-allocator contract: every sentence of it is a check.
import { batches } from './batches.ts'
import { classes } from './classes.ts'
import { frameCounts } from './counts.ts'
import type { FrameAllocatorConfig } from '../frame-allocator.ts'
import { handles } from './handles.ts'
import { initial } from './initial.ts'
import { misuse } from './misuse.ts'
import { opening } from './opening.ts'
import { parts } from './parts.ts'
import { placement } from './placement.ts'
import { randomly } from './randomly.ts'
import { reclaim } from './reclaim.ts'
import { recovery } from './recovery.ts'
import { slots } from './slots.ts'
import { statistics } from './statistics.ts'
import { Rig, type Area, type Check, type FrameAllocatorSubject } from './subject.ts'
import { taking } from './taking.ts'

const areas: readonly Area[] = [
  opening,
  taking,
  frameCounts,
  initial,
  parts,
  batches,
  misuse,
  statistics,
  placement,
  classes,
  reclaim,
  recovery,
  slots,
  handles,
  randomly,
]

/**
 * The checks of the frame-allocator contract for one implementation. Each stands alone, in a memory of its own, and
 * throws a `ConformanceError` or what the implementation threw when the contract does not hold. With vitest:
 * `for (const { name, run } of frameAllocatorSuite(subject)) it(name, run)`.
 */
export function frameAllocatorSuite<Config extends FrameAllocatorConfig>(
  subject: FrameAllocatorSubject<Config>,
): Check[] {
  const rig = new Rig(subject)
  return areas.flatMap((area) => area(rig))
}
