// The conformance suite in a real browser, on the model: that the suite, the memories and the two ends of a concurrent
// run need nothing of Node.
import { browserTests } from '@parperos/browser/vitest'

await browserTests({ entry: new URL('browser/page.ts', import.meta.url) })
