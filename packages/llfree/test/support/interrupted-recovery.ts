// A recovery that is broken off at a step of the test's choice, as a kill would: the words that it works on count what
// changes in them, and refuse to be changed further.
import { Area } from '../../src/sab/area.ts'
import { SabCore } from '../../src/sab/llfree.ts'
import type { Words } from './board.ts'
import { shapeOf } from './read-words.ts'

class Interruption extends Error {}

/**
 * Recovers until `most` words have been changed; how many were. Fewer than `most` says that it came to its end. The C core
 * writes in the same order.
 */
export function recoverUpTo(words: Words, most: number): number {
  let changes = 0
  const write = (index: number, value: number): void => {
    if (words[index] === (value | 0)) return
    if (changes === most) throw new Interruption()
    changes++
    words[index] = value
  }
  const limited = new Proxy(words, {
    get(target, name) {
      if (name !== 'fill') return Reflect.get(target, name, target) as unknown
      return (value: number, from: number, to: number): void => {
        for (let i = from; i < to; i++) write(i, value)
      }
    },
    set(_, name, value: number) {
      write(Number(name), value)
      return true
    },
  })
  try {
    new SabCore(new Area(limited, shapeOf(words), 0)).recover(new Uint32Array(4))
  } catch (error) {
    if (!(error instanceof Interruption)) throw error
  }
  return changes
}
