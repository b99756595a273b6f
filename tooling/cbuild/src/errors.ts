// The two ways a run of cbuild ends badly. Both carry a message for a person; anything else that is thrown is a bug in
// cbuild and keeps its stack trace.

/** The command line or the `cbuild` entry of the package's manifest asks for what does not exist: exit 2. */
export class UsageError extends Error {
  override name = 'UsageError'
}

/** The sources are at fault, or what they were built into was refused: exit 1. */
export class BuildError extends Error {
  override name = 'BuildError'
}

/** The message of whatever was thrown. */
export const messageOf = (thrown: unknown): string => (thrown instanceof Error ? thrown.message : String(thrown))
