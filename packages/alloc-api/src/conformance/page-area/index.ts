// The suite that every page area runs, on Node and in browsers. Where files can only be used in a worker, the checks
// run there: `serveChecks(portOf(self), pageAreaSuite(subject))` in the worker, `remoteChecks(portOf(worker))` in the
// page.
export { systemFiles, type MakePageTestFile, type PageTestFile } from './files.ts'
export { remoteChecks, serveChecks } from './remote.ts'
export type { PageAreaSubject } from './subject.ts'
export { pageAreaAnswers, pageAreaSuite } from './suite.ts'
export type { PageTrace } from './trace.ts'
