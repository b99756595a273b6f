// Every status that a core returns, defined once for TypeScript and C (csrc/generated/status.h). A core's operation
// answers with a number: zero or more is the result, one of these is what went wrong. `errors.ts` gives each the
// string code of the same name.
import { defineConstants } from './driver/constants.ts'

export const statusConstants = defineConstants('PARPEROS', {
  /** No free block of that order, after every place was searched. */
  OUT_OF_MEMORY: -1,
  /** The order is not one that the allocator has. */
  BAD_ORDER: -2,
  /** The frame, or the end of its block, lies beyond the last frame. */
  BAD_FRAME: -3,
  /** The frame is not a multiple of its block's size. */
  UNALIGNED: -4,
  /** Part of the block is not allocated: freed twice, or never handed out. */
  NOT_ALLOCATED: -5,
  /** The class is not one that the allocator's policy has. */
  BAD_CLASS: -6,
  /** The structure contradicts itself. */
  CORRUPT: -7,
  /** The page, or the end of its run, lies beyond the last page. */
  BAD_PAGE: -8,
  /** The page has a frame already. */
  RESIDENT: -9,
  /** The page has no frame. */
  NOT_RESIDENT: -10,
  /** Another batch works on the page. */
  PAGE_BUSY: -11,
  /** The page lies beyond the end of the file. */
  END_OF_FILE: -12,
  /** The operating system refused to read or write. */
  IO_ERROR: -13,
  /** The area was closed before it was the run's turn. */
  CANCELLED: -14,
  /** The run is in flight. */
  PENDING: -15,
})

export type StatusName = keyof typeof statusConstants.values

/** The statuses by name, for cores written in TypeScript. */
export const status = statusConstants.values

const names = new Map(Object.entries(status).map(([name, value]) => [value, name as StatusName]))

/** The name of a negative status, or undefined when no such status is defined. */
export const statusName = (value: number): StatusName | undefined => names.get(value as never)
