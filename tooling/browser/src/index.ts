// Modules in a real browser: what a test or a report needs of it.
export { browserUnavailable, BrowserUnavailableError } from './chromium.ts'
export type { CheckResult, Report } from './page.ts'
export { runInBrowser, type RunOptions } from './run.ts'
export { screenshot, type ScreenshotOptions } from './screenshot.ts'
export { BrowserRunError, type Outcome } from './watch.ts'
