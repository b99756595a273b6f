// Lines in and out. Reading cuts a stream of bytes at line feeds only (JSON strings may have other separators in them)
// and gives many lines at a time; writing collects them and waits while the reader of the output is slower.
import { Buffer, isUtf8 } from 'node:buffer'
import type { Writable } from 'node:stream'
import { Failure } from './surroundings.ts'

const LINE_FEED = 10

/** The lines that each chunk completes, without empty ones, each with its number from 1. */
export async function* linesOf(input: AsyncIterable<Uint8Array>): AsyncGenerator<{ text: string; number: number }[]> {
  let rest: Uint8Array[] = []
  let number = 0
  const take = (bytes: Buffer): { text: string; number: number }[] => {
    number++
    if (!isUtf8(bytes)) throw new Failure(`line ${number} is not UTF-8`)
    const text = bytes.toString('utf8').trim()
    return text === '' ? [] : [{ text, number }]
  }
  for await (const chunk of input) {
    const bytes = Buffer.from(chunk)
    const lines: { text: string; number: number }[] = []
    let from = 0
    for (let end = bytes.indexOf(LINE_FEED); end >= 0; end = bytes.indexOf(LINE_FEED, from)) {
      const line = bytes.subarray(from, end)
      lines.push(...take(rest.length > 0 ? Buffer.concat([...rest, line]) : line))
      rest = []
      from = end + 1
    }
    if (from < bytes.length) rest.push(bytes.subarray(from))
    if (lines.length > 0) yield lines
  }
  if (rest.length > 0) yield take(Buffer.concat(rest))
}

const CHUNK_LENGTH = 1 << 16

export class LineWriter {
  readonly #output: Writable
  #waiting = ''

  constructor(output: Writable) {
    this.#output = output
  }

  /** Await it when it returns something: the output is full. */
  write(line: string): Promise<void> | undefined {
    this.#waiting += `${line}\n`
    return this.#waiting.length < CHUNK_LENGTH ? undefined : this.flush()
  }

  flush(): Promise<void> {
    const text = this.#waiting
    this.#waiting = ''
    // The callback also comes where the other end is gone, which an awaited 'drain' would not.
    return new Promise((resolve, reject) => {
      this.#output.write(text, (error) => (error ? reject(error) : resolve()))
    })
  }
}
