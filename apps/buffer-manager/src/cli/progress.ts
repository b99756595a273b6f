// A line on the terminal that says how far a long command is; nothing where standard error is no terminal.
import type { Writable } from 'node:stream'
import { readable } from './sizes.ts'

const EVERY_MS = 200

export class Progress {
  readonly #errors: Writable & { isTTY?: boolean }
  readonly #doing: string
  readonly #began = performance.now()
  readonly #timer: NodeJS.Timeout | undefined
  #entries = 0
  #bytes = 0
  #shown = 0

  constructor(errors: Writable & { isTTY?: boolean }, doing: string) {
    this.#errors = errors
    this.#doing = doing
    // For what reports nothing in between; a busy command shows itself by `add`.
    if (errors.isTTY) this.#timer = setInterval(() => this.#show(), EVERY_MS).unref()
  }

  get seconds(): number {
    return (performance.now() - this.#began) / 1000
  }

  get entries(): number {
    return this.#entries
  }

  add(entries: number, bytes: number): void {
    this.#entries += entries
    this.#bytes += bytes
    if (this.#timer && performance.now() - this.#shown >= EVERY_MS) this.#show()
  }

  /** Clears the line. */
  end(): void {
    if (!this.#timer) return
    clearInterval(this.#timer)
    this.#errors.write('\r\x1b[K')
  }

  #show(): void {
    this.#shown = performance.now()
    const { seconds } = this
    const count = this.#entries.toLocaleString('en')
    const rate = `${readable(this.#bytes / Math.max(seconds, 0.001))}/s`
    const so = this.#entries > 0 ? `${count} entries, ${readable(this.#bytes)}, ${rate}, ` : ''
    this.#errors.write(`\r\x1b[K${this.#doing}: ${so}${seconds.toFixed(0)} s`)
  }
}
