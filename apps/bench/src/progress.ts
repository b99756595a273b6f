// What a person sees while cells run: one line that is written over, on a terminal only.
import type { Cell } from './measure/job.ts'

const CLEAR = '\r\u001b[2K'

export class Progress {
  readonly #stream: NodeJS.WriteStream
  readonly #started = Date.now()

  constructor(stream: NodeJS.WriteStream) {
    this.#stream = stream
  }

  cell({ label }: Cell, index: number, count: number): void {
    if (!this.#stream.isTTY) return
    const seconds = Math.round((Date.now() - this.#started) / 1000)
    const line = `[${index + 1}/${count}] ${seconds} s  ${label}`
    this.#stream.write(CLEAR + line.slice(0, this.#stream.columns - 1))
  }

  /** A line that stays. */
  say(line: string): void {
    this.clear()
    this.#stream.write(`parperos-bench: ${line}\n`)
  }

  clear(): void {
    if (this.#stream.isTTY) this.#stream.write(CLEAR)
  }
}
