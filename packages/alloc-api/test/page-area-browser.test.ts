// The suite of page areas in a real browser, on the model, in a web worker: that it and its files need nothing of Node.
import { browserTests } from '@parperos/browser/vitest'

await browserTests({ entry: new URL('mutants-page-area/browser/page.ts', import.meta.url) })
