// Areas in a real browser: on a cross-origin isolated page, in web workers, with files of the origin-private file system.
import { browserTests } from '@parperos/browser/vitest'

await browserTests({ entry: new URL('browser/page.ts', import.meta.url), timeoutMs: 60_000 })
