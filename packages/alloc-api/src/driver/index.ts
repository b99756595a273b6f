// For those who implement a component: constants shared with C, slots, statuses, and the contract over a numeric core.
export { defineConstants, type Constants } from './constants.ts'
export type { FrameAllocatorCore } from './core.ts'
export { FrameAllocatorOfCore, type FrameAllocatorDescription } from './instance.ts'
export { claimSlot } from './slots.ts'
export { STACK_BYTES } from './stacks.ts'
export { status, statusConstants, statusName, type StatusName } from '../status.ts'
export { sharedMemoryUnavailable } from '../memory/available.ts'
