// For tests of frame allocators: the obvious one to compare with, and an oracle that judges any other by its results.
export { modelBackend, type ModelBackend } from './backend.ts'
export { FrameOracle } from './oracle.ts'
export { makePageAreaModel } from './page-area.ts'
