// Watches a page from its first request to its end, whichever that is: it finishes, it throws, its process crashes, or
// its time is up. What it had checked by then, what it printed and what it could not load is part of the answer.
import type { Page } from 'playwright-core'
import { TELL, type CheckResult, type PageEvent } from './page.ts'
import type { Server } from './server.ts'

/** What a page that finished has to say. */
export interface Outcome {
  results: CheckResult[]
  userAgent: string
  crossOriginIsolated: boolean
}

/** A page that did not finish: why not, how far it came, and what it printed. */
export class BrowserRunError extends Error {
  override readonly name = 'BrowserRunError'
  /** The checks that ended before. */
  readonly results: CheckResult[]

  constructor(message: string, results: CheckResult[]) {
    super(message)
    this.results = results
  }
}

const PRINTED_LINES = 20

/** Opens the server's page and waits for its end. Throws {@link BrowserRunError} when that is not the intended one. */
export async function watch(page: Page, server: Server, timeoutMs: number): Promise<Outcome> {
  const results: CheckResult[] = []
  const printed: string[] = []
  let running: string | null = null

  const fail = (reason: string): BrowserRunError => {
    const where = running === null ? '' : ` while it checked: ${running}`
    const details = [...section('could not be loaded', server.problems), ...section('printed', printed)]
    return new BrowserRunError([`the page ${reason}${where}`, ...details].join('\n'), results)
  }

  const { promise, resolve, reject } = Promise.withResolvers<Outcome>()
  const timer = setTimeout(() => reject(fail(`did not finish within ${timeoutMs} ms`)), timeoutMs)
  page.on('crash', () => reject(fail('crashed')))
  page.on('close', () => reject(fail('was closed')))
  page.on('pageerror', (error) => reject(fail(`threw ${error.stack ?? error.message}`)))
  page.on('console', (message) => {
    printed.push(`${message.type()}: ${message.text()}`)
    if (printed.length > PRINTED_LINES) printed.shift()
  })
  const listen = (event: PageEvent): void => {
    if (event.type === 'started') running = event.name
    else if (event.type === 'threw') reject(fail(`threw ${event.error}`))
    else if (event.type === 'checked') {
      results.push(event.result)
      running = null
    } else if (results.length === 0) reject(fail('finished without having checked anything'))
    else resolve({ results, userAgent: event.userAgent, crossOriginIsolated: event.crossOriginIsolated })
  }
  const open = async (): Promise<void> => {
    await page.exposeFunction(TELL, listen)
    await page.goto(server.origin, { timeout: 0 })
  }
  try {
    // Not awaited: a page that hangs never finishes to load.
    open().catch((error: unknown) => reject(fail(`did not open: ${String(error)}`)))
    return await promise
  } finally {
    clearTimeout(timer)
  }
}

const section = (title: string, lines: string[]): string[] =>
  lines.length === 0 ? [] : [`${title}:`, ...lines.map((line) => `  ${line}`)]
