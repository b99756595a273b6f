// What can go wrong with a store: a stable code, a sentence, and where it helps a hint at what to do.

export type StoreErrorCode =
  /** An option or argument is missing, of the wrong type, or out of its range. */
  | 'BAD_OPTION'
  /** A key or value does not suit its encoding, or the bytes found do not. */
  | 'BAD_ENCODING'
  /** A key is longer than 1024 bytes when encoded. */
  | 'KEY_TOO_LONG'
  /** A value is longer than 2^31 − 1 bytes. */
  | 'VALUE_TOO_LONG'
  /** A transaction read or wrote what another one has changed since; nothing of it was done. */
  | 'CONFLICT'
  /** Bytes of the file are not what was written there. */
  | 'CORRUPT'
  /** The directory holds no store, or something else. */
  | 'NOT_A_STORE'
  /** The store was written by a newer version of this package. */
  | 'NEWER_VERSION'
  /** Another process has it open for writing. */
  | 'LOCKED'
  /** It was opened read-only, or the directory cannot be written. */
  | 'READ_ONLY'
  /** The store has reached `maxBytes`. */
  | 'STORE_FULL'
  /** The disk is full. */
  | 'DISK_FULL'
  /** More pages are needed at the same time than the pool has. */
  | 'POOL_TOO_SMALL'
  /** A worker was terminated inside an operation; opening the store again recovers what was acknowledged. */
  | 'WRITER_DIED'
  /** More snapshots, named trees or workers at the same time than the store has room for. */
  | 'TOO_MANY'
  /** Another commit or transaction of this worker is in progress where only one can be. */
  | 'BUSY'
  /** It was used after it was closed. */
  | 'CLOSED'
  /** A backend cannot run here. */
  | 'UNAVAILABLE'
  /** The operating system refused. */
  | 'SYSTEM'

export interface StoreErrorDetails {
  /** What to do about it, one sentence. */
  hint?: string
  cause?: unknown
}

/** The base of all errors that a store throws. */
export class StoreError extends Error {
  override readonly name = 'StoreError'
  readonly code: StoreErrorCode
  readonly hint: string | undefined

  constructor(code: StoreErrorCode, message: string, { hint, cause }: StoreErrorDetails = {}) {
    super(hint ? `${message} (${hint})` : message, { cause })
    this.code = code
    this.hint = hint
  }
}

/** Whatever was thrown while something was done, as an error of ours. */
export const asStoreError = (what: string, cause: unknown): StoreError =>
  cause instanceof StoreError ? cause : systemError(what, cause)

/** Whether the error is of bytes that are not what was written, if they are what was looked for. */
export const isCorrupt = (error: unknown): boolean => error instanceof StoreError && error.code === 'CORRUPT'

/** An error of the file system as one of ours: `what` says what was being done. */
export function systemError(what: string, cause: unknown): StoreError {
  const { code, message } = cause as NodeJS.ErrnoException
  if (code === 'ENOSPC' || code === 'EDQUOT') return new StoreError('DISK_FULL', `${what}: the disk is full`, { cause })
  if (code === 'EROFS' || code === 'EACCES' || code === 'EPERM') return new StoreError('READ_ONLY', `${what}: ${message}`, { cause })
  return new StoreError('SYSTEM', `${what}: ${message}`, { cause })
}
