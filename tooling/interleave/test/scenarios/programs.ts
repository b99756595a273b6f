// Small random programs, drawn from the seed in the module's address (`programs.ts?seed=5`). Their check always throws,
// with what memory and results came to: so the failures of an exploration are the outcomes that it saw.
import { add, compareExchange, load, notify, or, store, wait, type Words } from '#atomics'
import { seeded } from '../../src/random.ts'

const parameters = new URL(import.meta.url).searchParams
const random = seeded(Number(parameters.get('seed')))

export const words = 3 + random(5)

type Operation = (memory: Words) => number

/** One random operation, with all it needs drawn beforehand. */
function operation(): Operation {
  const word = random(words)
  const value = 1 + random(3)
  switch (random(parameters.has('waits') ? 10 : 7)) {
    case 0:
      return (memory) => load(memory, word)
    case 1:
      return (memory) => memory[word]
    case 2:
      return (memory) => (memory[word] = value)
    case 3:
      return (memory) => add(memory, word, value)
    case 4:
      return (memory) => compareExchange(memory, word, value - 1, value)
    case 5:
      return (memory) => or(memory, word, value)
    case 6:
      return (memory) => {
        const seen = load(memory, word)
        store(memory, (word + 1) % words, seen + value)
        return seen
      }
    case 7:
      return (memory) => (wait(memory, word, 0, Infinity) === 'ok' ? 7 : 8)
    case 8:
      return (memory) => ({ ok: 5, 'not-equal': 6, 'timed-out': 7 })[wait(memory, word, 0, 10)]
    default:
      return (memory) => notify(memory, word, 1)
  }
}

const length = Number(parameters.get('length'))
const programs = Array.from({ length: Number(parameters.get('workers')) }, () => Array.from({ length }, operation))

export const workers = programs.map((program) => (memory: Words) => program.reduce((sum, run) => sum * 31 + run(memory), 0))

export function check(memory: Words, results: unknown[]): void {
  throw new Error(`${[...memory].join()} ${results.join()}`)
}
