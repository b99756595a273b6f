// Recording an algorithm: its words are observed, so that every store to them is an event of the trace without a change
// to the algorithm. It sees plain stores to the observed words, and atomic ones where `#atomics` is the observed one
// (the hooks of @parperos/observe); `flush` and `fence` it has to be handed.
import { observe, setObserver, type Observer, type Words } from '@parperos/observe'
import { Recorder, type RecorderOptions } from './recorder.ts'
import type { Trace } from './trace.ts'

type Run<Note, Result> = (observed: Words, recorder: Recorder<Note>) => Result

/** Runs `run` on the observed form of `words`, and returns what it did to them. */
export function record<Note = unknown>(words: Words, run: Run<Note, unknown>, options?: RecorderOptions): Trace<Note> {
  const recorder = new Recorder<Note>(words, options)
  setObserver(observerOf(recorder))
  try {
    const result = run(observe(words), recorder)
    // What is still running would store unseen.
    if (result instanceof Promise) throw new TypeError('record takes a function that is synchronous: use recordAsync')
  } finally {
    setObserver(null)
  }
  return recorder.trace()
}

/** The same for what has to wait for something. Nothing else may be recorded on this thread meanwhile. */
export async function recordAsync<Note = unknown>(
  words: Words,
  run: Run<Note, Promise<unknown>>,
  options?: RecorderOptions,
): Promise<Trace<Note>> {
  const recorder = new Recorder<Note>(words, options)
  setObserver(observerOf(recorder))
  try {
    await run(observe(words), recorder)
  } finally {
    setObserver(null)
  }
  return recorder.trace()
}

/** Tells a recorder of every access to its words. */
const observerOf = (recorder: Pick<Recorder, 'covers' | 'step' | 'stored'>): Observer => ({
  before(_access, words) {
    if (recorder.covers(words)) recorder.step()
  },
  after(_access, words, index, was, is) {
    recorder.stored(words, index, was, is)
  },
})
