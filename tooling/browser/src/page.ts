// What runs in the page: loads the entry, lets it check what it wants to, and tells Node of each step as it happens, so
// that a page that crashes or hangs leaves behind how far it came.

/** Given to the entry's `run`. */
export interface Report {
  /** Runs a check and notes its name, its time and what it threw; goes on either way. */
  check(name: string, body: () => void | Promise<void>): Promise<void>
}

/** The outcome of one check. */
export interface CheckResult {
  name: string
  /** What it threw, with its stack; absent when it passed. */
  error?: string
  ms: number
}

/** What the page tells Node. */
export type PageEvent =
  | { type: 'started'; name: string }
  | { type: 'checked'; result: CheckResult }
  | { type: 'finished'; userAgent: string; crossOriginIsolated: boolean }
  | { type: 'threw'; error: string }

/** The name of the function that Node gives the page to tell it. */
export const TELL = 'parperosTell'

type Tell = (event: PageEvent) => Promise<void>

interface Entry {
  run?: (report: Report) => void | Promise<void>
}

/** Runs the entry at `path`; everything that it does is told, nothing is thrown. */
export async function start(path: string): Promise<void> {
  const tell = (globalThis as unknown as Record<typeof TELL, Tell>)[TELL]
  try {
    const { run } = (await import(path)) as Entry
    if (typeof run !== 'function') throw new Error(`${path} exports no function run(report)`)
    await run({ check: (name, body) => check(name, body, tell) })
    const { userAgent } = navigator
    await tell({ type: 'finished', userAgent, crossOriginIsolated: globalThis.crossOriginIsolated })
  } catch (error) {
    await tell({ type: 'threw', error: text(error) })
  }
}

async function check(name: string, body: () => void | Promise<void>, tell: Tell): Promise<void> {
  await tell({ type: 'started', name })
  const startMs = performance.now()
  const ms = () => performance.now() - startMs
  try {
    await body()
    await tell({ type: 'checked', result: { name, ms: ms() } })
  } catch (error) {
    await tell({ type: 'checked', result: { name, ms: ms(), error: text(error) } })
  }
}

/** Chromium's stacks start with the message; paths of files stand for themselves without the server's address. */
function text(error: unknown): string {
  const full = error instanceof Error ? (error.stack ?? error.message) : String(error)
  return full.replaceAll(`${location.origin}/`, '')
}
