// Whether the thread that asks may sleep: a browser's main thread must not, neither in JavaScript nor in WebAssembly.
import { wait, type Words } from '#atomics'
import { layout } from './layout.ts'

const { magicWord, magic } = layout.values

/** Waits for a word to be what it never is, which returns at once where waiting is allowed and throws where it is not. */
export function threadMaySleep(words: Words): boolean {
  try {
    wait(words, magicWord, ~magic, 0)
    return true
  } catch {
    return false
  }
}
