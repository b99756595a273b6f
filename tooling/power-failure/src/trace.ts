// A trace: what one run did to the words of a persistent memory, in the order in which it happened. It is all that the
// enumeration of crash states needs, so it can come from anywhere: an observed algorithm (record.ts), or a persistent
// heap that reports its own stores, flushes and fences (recorder.ts).

/** Word `index` changed. A store that leaves the same value behind changes no crash state and is not recorded. */
export interface StoreEvent {
  readonly type: 'store'
  readonly worker: number
  readonly index: number
  readonly was: number
  readonly is: number
}

/** A flush of the words from `index` on was begun: of all the lines (or pages) that they touch. */
export interface FlushEvent {
  readonly type: 'flush'
  readonly worker: number
  readonly index: number
  readonly count: number
}

/** All flushes that this worker began before are complete: what they found is durable. */
export interface FenceEvent {
  readonly type: 'fence'
  readonly worker: number
}

/** Something that the checks want to know about a crash: most often that an operation begins, or has returned. */
export interface NoteEvent<Note> {
  readonly type: 'note'
  readonly worker: number
  readonly note: Note
}

export type TraceEvent<Note = unknown> = (StoreEvent | FlushEvent | FenceEvent | NoteEvent<Note>) & {
  /** Where in the program it happened, when sites are recorded. */
  readonly site?: Error
}

export interface Trace<Note = unknown> {
  /** The words at the start; all of them were durable then. */
  readonly initial: Int32Array
  /** Where the words begin in their memory, in bytes: it decides which words share a line or a page. */
  readonly byteOffset: number
  readonly events: readonly TraceEvent<Note>[]
}
