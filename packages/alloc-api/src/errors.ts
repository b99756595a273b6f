// Errors people and programs can act on: a stable `code`, a sentence that says what was wrong and what was expected,
// and where it helps a `hint` at what to do. Nothing was changed by an operation that threw one of these, unless its
// documentation says otherwise.
import type { StatusName } from './status.ts'

/** Every code that a {@link ParperosError} can carry. The statuses of a core, and what only TypeScript can meet. */
export type ErrorCode =
  | StatusName
  /** An option is missing, of the wrong type, or out of its range. */
  | 'BAD_OPTION'
  /** The bytes do not start with the structure's magic number. */
  | 'BAD_MAGIC'
  /** The structure, handle or compiled core is of another layout version. */
  | 'BAD_VERSION'
  /** Sizes or offsets in a header or handle contradict each other or the memory. */
  | 'BAD_SIZE'
  /** A handle is not of the expected form. */
  | 'BAD_HANDLE'
  /** The memory or Region has too few bytes for what was asked. */
  | 'TOO_SMALL'
  /** A Region of that name exists, or none does. */
  | 'BAD_NAME'
  /** The slot number is out of range. */
  | 'BAD_SLOT'
  /** Another worker holds the slot. */
  | 'SLOT_BUSY'
  /** This implementation does not have that capability; its `supports` says so. */
  | 'UNSUPPORTED'
  /** The backend cannot run here; the message says why. */
  | 'UNAVAILABLE'
  /** The interface has a batch in flight, or another worker uses it. */
  | 'BUSY'
  /** The instance was used after it was closed. */
  | 'CLOSED'
  /** The operating system refused; the message carries its error. */
  | 'SYSTEM'

export interface ErrorDetails {
  /** What to do about it, one sentence. */
  hint?: string
  /** How many elements of a batch were done before the one that failed. */
  done?: number
  cause?: unknown
}

/** The base of all errors that the packages throw. */
export class ParperosError extends Error {
  override readonly name: string = 'ParperosError'
  readonly code: ErrorCode
  readonly hint: string | undefined
  /** For batches: how many elements were done before the failing one. */
  readonly done: number | undefined

  constructor(code: ErrorCode, message: string, details: ErrorDetails = {}) {
    super(details.hint ? `${message} (${details.hint})` : message, { cause: details.cause })
    this.code = code
    this.hint = details.hint
    this.done = details.done
  }
}

/** Thrown by `get` when no block of the order is free. `tryGet` returns −1 instead. */
export class OutOfMemoryError extends ParperosError {
  override readonly name = 'OutOfMemoryError'

  constructor(message: string, details: ErrorDetails = {}) {
    super('OUT_OF_MEMORY', message, details)
  }
}
