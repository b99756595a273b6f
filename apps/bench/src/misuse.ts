// How work fails. A run ends early in two ways: misuse is the caller's and changes nothing; both become one line on stderr.

/** The caller asked for something that cannot be done: exit code 2. */
export class Misuse extends Error {}

/** The benchmark itself failed: exit code 1. */
export class RunFailure extends Error {}
/** Null, or the message with which an attempt failed. */
export function refusalOf(attempt: () => void): string | null {
  try {
    attempt()
    return null
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}
