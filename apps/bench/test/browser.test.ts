// The report's page in a real browser: its charts are drawn.
import { browserTests } from '@parperos/browser/vitest'

await browserTests({ entry: new URL('browser/page.ts', import.meta.url) })
