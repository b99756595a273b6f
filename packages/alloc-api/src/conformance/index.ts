// The suites that every implementation of a contract runs: `/conformance`. They depend on no test runner and on nothing
// of Node, so that they run in a browser page too. Reports are thrown errors.
export { ConformanceError } from './expect.ts'
export { frameAllocatorSuite } from './suite.ts'
export type { Check, FrameAllocatorSubject } from './subject.ts'
export { Random } from './random.ts'
export {
  giveRest,
  judge,
  runConcurrently,
  usualMix,
  type ConcurrentOptions,
  type ConcurrentResult,
  type ConcurrentWorker,
} from './concurrent.ts'
export { withWorkers, type EndableWorker } from './workers.ts'
export { Shadow } from './shadow.ts'
export { serveConformanceJobs } from './jobs.ts'
export type { ResolveBackend } from './serve.ts'
export { portOf, type Port } from './port.ts'
export { churn, type ChurnJob, type ChurnResult } from './churn.ts'
export { Trace, type TraceOptions } from './trace.ts'
export { checkHistory } from './check-history.ts'
export {
  expectLinearizable,
  type LinearizabilityOptions,
  type LinearizabilityResult,
} from './linearizability.ts'
export { linearize, type Specification, type Timed, type Verdict } from './linearize.ts'
export { FrameSpecification, type MayRefuse } from './frame-specification.ts'
export { minimize } from './minimize.ts'
export { drawHistory, explainFailure } from './timeline.ts'
export type { Block, History, Operation } from './history.ts'
export { usualKinds, type HistoryShape, type Kind } from './program.ts'
export {
  pageAreaAnswers,
  pageAreaSuite,
  remoteChecks,
  serveChecks,
  systemFiles,
  type MakePageTestFile,
  type PageAreaSubject,
  type PageTestFile,
  type PageTrace,
} from './page-area/index.ts'
