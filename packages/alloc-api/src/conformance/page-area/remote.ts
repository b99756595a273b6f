// Checks that are run in a worker and reported elsewhere: the files of a browser can only be used in workers, and its
// page is where reports are made. The worker serves a list of checks; the other end has the same list, each of which
// asks.
import { ConformanceError } from '../expect.ts'
import type { Port } from '../port.ts'
import type { Check } from '../subject.ts'

/** To the worker: which checks there are (`run` is null), or to run one. */
interface Request {
  type: 'parperos:check'
  run: number | null
}

/** From the worker: the names of all checks, or what became of one; `failed` is null when it passed. */
type Answer =
  | { type: 'parperos:checks'; names: string[] }
  | { type: 'parperos:checked'; run: number; failed: string | null }

/** Runs these checks as the other end asks for them, for as long as the worker lives. */
export function serveChecks(port: Port, checks: readonly Check[]): void {
  const answer = (message: Answer): void => {
    port.postMessage(message)
  }
  port.onMessage((message) => {
    if (!isRequest(message)) return
    const { run } = message
    if (run === null) {
      answer({ type: 'parperos:checks', names: checks.map(({ name }) => name) })
      return
    }
    checks[run].run().then(
      () => answer({ type: 'parperos:checked', run, failed: null }),
      (error: unknown) => {
        const failed = error instanceof Error ? (error.stack ?? error.message) : String(error)
        answer({ type: 'parperos:checked', run, failed })
      },
    )
  })
}

/** The checks that the worker at the other end serves. Each throws what it came to there. */
export async function remoteChecks(port: Port): Promise<Check[]> {
  const answer = await ask(port, null)
  const names = answer.type === 'parperos:checks' ? answer.names : []
  return names.map((name, index) => ({
    name,
    run: async () => {
      const checked = await ask(port, index)
      if (checked.type === 'parperos:checked' && checked.failed !== null) throw new ConformanceError(checked.failed)
    },
  }))
}

function ask(port: Port, run: number | null): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const stops = [
      port.onMessage((message) => {
        if (!isAnswer(message) || ('run' in message ? message.run : null) !== run) return
        for (const stop of stops) stop()
        resolve(message)
      }),
      port.onFailure((reason) => {
        for (const stop of stops) stop()
        reject(new ConformanceError(`the worker that runs the checks has failed: ${reason}`))
      }),
    ]
    const request: Request = { type: 'parperos:check', run }
    port.postMessage(request)
  })
}

const typeOf = (message: unknown): unknown =>
  typeof message === 'object' && message !== null ? (message as { type?: unknown }).type : undefined

const isRequest = (message: unknown): message is Request => typeOf(message) === 'parperos:check'

const isAnswer = (message: unknown): message is Answer =>
  typeOf(message) === 'parperos:checks' || typeOf(message) === 'parperos:checked'
