// What stands in for alloc-api's native flushes while the opening of an allocator is recorded (crew.ts puts it there).
import type { Recorder } from '@parperos/power-failure'

export type Flushes = Pick<Recorder, 'covers' | 'flush' | 'fence'>

let recorder: Flushes | null = null

/** From now on flushes and fences are events of that recording; null: they do nothing. */
export function recordFlushes(into: Flushes | null): void {
  recorder = into
}

/** Of the recorded words only: opening flushes the memory's directory too. */
export function flushWords(words: Int32Array, index: number, count: number): void {
  if (recorder?.covers(words)) recorder.flush(words, index, count)
}

export const persistFence = (): void => recorder?.fence()
