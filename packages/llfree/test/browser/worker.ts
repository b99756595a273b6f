// Runs in a web worker: takes and gives as the page asks it to.
import { portOf, serveConformanceJobs } from '@parperos/alloc-api/conformance'
import { sab } from '../../src/sab.ts'
import { wasm } from '../../src/wasm.ts'

serveConformanceJobs(portOf(self), (name) => (name === 'wasm' ? wasm : sab))
