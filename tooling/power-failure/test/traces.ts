// Traces for tests: written down as one line, or drawn from a seed.
import { Recorder } from '../src/recorder.ts'
import { Random } from '../src/random.ts'
import type { Trace } from '../src/trace.ts'

/** A memory of zeroes, starting at a byte of its buffer. */
export const wordsOf = (count: number, byteOffset = 0): Int32Array<SharedArrayBuffer> =>
  new Int32Array(new SharedArrayBuffer(byteOffset + count * 4), byteOffset, count)

/**
 * `5=1` stores 1 to word 5, `f5` flushes it, `f5+3` words 5 to 7, `|` is a fence, `!` a note (1, 2, …), `w1` says that
 * worker 1 goes on. Each stored value has to be another than before.
 */
export function traceOf(text: string, count = 64, byteOffset = 0): Trace<number> {
  const words = wordsOf(count, byteOffset)
  const recorder = new Recorder<number>(words)
  let notes = 0
  const steps: Record<string, (recorded: string) => void> = {
    f: (token) => {
      const [index, length = '1'] = token.slice(1).split('+')
      recorder.flush(words, +index, +length)
    },
    '|': recorder.fence,
    '!': () => recorder.note(++notes),
  }
  let worker = 0
  for (const token of text.split(' ')) {
    if (token.startsWith('w')) worker = +token.slice(1)
    else recorder.as(worker, () => (steps[token[0]] ?? store)(token))
  }
  return recorder.trace()

  function store(token: string): void {
    const [index, value] = token.split('=').map(Number)
    const was = words[index]
    words[index] = value
    recorder.stored(words, index, was, value)
  }
}

/** A random trace of two workers on four lines, in the form that `traceOf` takes. */
export function randomTrace(seed: number, events: number): string {
  const random = new Random(seed)
  const word = (): number => random.below(4) * 16 + random.below(3)
  const token = (): string => {
    const kind = random.below(20)
    if (kind < 11) return `${word()}=${random.below(3)}`
    if (kind < 15) return random.below(2) ? `f${word()}` : `f${random.below(20)}+${random.below(30)}`
    if (kind < 17) return '|'
    return kind < 18 ? '!' : `w${random.below(2)}`
  }
  return Array.from({ length: events }, token).join(' ')
}
