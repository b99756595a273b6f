// The conformance suite in a real browser: sab and wasm on a cross-origin isolated page, then two web workers on one
// allocator, each pair of backends.
import { browserTests } from '@parperos/browser/vitest'

await browserTests({ entry: new URL('browser/page.ts', import.meta.url), timeoutMs: 100_000 })
