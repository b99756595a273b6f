// Runs in a web worker: does what the page asks for.
import { portOf, serveConformanceJobs } from '../../src/conformance/index.ts'
import { modelBackend } from '../../src/model/index.ts'

serveConformanceJobs(portOf(self), () => modelBackend)
