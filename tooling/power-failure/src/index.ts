// Simulated persistent memory: record what a run does to words, enumerate what a power failure can leave of it, recover
// and check each of these states.
export { record, recordAsync } from './record.ts'
export { Recorder, type RecorderOptions } from './recorder.ts'
export type { FenceEvent, FlushEvent, NoteEvent, StoreEvent, Trace, TraceEvent } from './trace.ts'
export { crashStates, type Coverage, type CrashOptions, type CrashStates } from './crash-states.ts'
export { crashState, type CrashState } from './crash-state.ts'
export type { MemoryModel, Reorder } from './frontier.ts'
export { examine, type CrashFailure, type Examination, type ExamineOptions, type Examiner } from './examine.ts'
export { explain, type ExplainOptions } from './explain.ts'
