// Runs a module in a browser: starts the server and the browser, watches the page until it has finished or cannot
// finish any more, and takes both down again. A run that did not get to its end is an error, never a result.
import { resolve } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { launch } from './chromium.ts'
import { path } from './module.ts'
import { serve } from './server.ts'
import { watch, type Outcome } from './watch.ts'

/** The repository: what pages can load. */
const ROOT = fileURLToPath(new URL('../../../', import.meta.url))
const START = path(new URL('page.ts', import.meta.url), ROOT)

export interface RunOptions {
  /** A module that exports `run(report)`: a path, or a file URL. Its imports have to be in the repository. */
  entry: string | URL
  /** How long the page may take, in milliseconds. Default 60,000. */
  timeoutMs?: number
}

/**
 * Runs a module's `run(report)` on a cross-origin isolated page of a headless Chromium.
 *
 * A check that fails is a result with an `error`. Throws `BrowserUnavailableError` when no browser can be started, and
 * `BrowserRunError` when the page threw, crashed, took too long, or checked nothing.
 */
export async function runInBrowser({ entry, timeoutMs = 60_000 }: RunOptions): Promise<Outcome> {
  const url = entry instanceof URL ? entry : pathToFileURL(resolve(entry))
  await using server = await serve(ROOT, html(path(url, ROOT)))
  await using browser = await launch()
  return await watch(await browser.newPage(), server, timeoutMs)
}

const html = (entry: string): string => `<!doctype html>
<meta charset="utf-8">
<link rel="icon" href="data:,">
<script type="module">
import { start } from ${JSON.stringify(START)}
await start(${JSON.stringify(entry)})
</script>
`
