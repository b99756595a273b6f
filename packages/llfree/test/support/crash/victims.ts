// Processes to be killed. Starting one takes longer than its life, so the next one is started while the last is killed
// and examined; they share a cache of compiled code.
import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { Job, Word } from './victim.ts'

const script = fileURLToPath(new URL('victim.ts', import.meta.url))

export class Victims implements AsyncDisposable {
  readonly #cache: string
  readonly #spare: Victim[] = []

  /** `cache`: a folder for compiled code. */
  constructor(cache: string) {
    this.#cache = cache
    this.#start()
  }

  /** One that is ready for its job, and another one in its place. */
  async next(): Promise<Victim> {
    const victim = this.#spare.shift() ?? new Victim(this.#cache)
    await victim.hears('ready')
    this.#start()
    return victim
  }

  #start(): void {
    this.#spare.push(new Victim(this.#cache))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#spare.splice(0).map((victim) => victim.abandon()))
  }
}

export class Victim {
  readonly #child: ChildProcess
  readonly #heard = new Set<string>()
  #complaint = ''
  #hasEnded = false

  constructor(cache: string) {
    const env = { ...process.env, NODE_COMPILE_CACHE: cache }
    this.#child = fork(script, { execArgv: [], env, stdio: ['ignore', 'ignore', 'pipe', 'ipc'] })
    this.#child.stderr?.setEncoding('utf8').on('data', (text: string) => (this.#complaint += text))
    this.#child.on('message', (word: Word) => this.#heard.add(word))
    this.#child.on('close', () => {
      this.#hasEnded = true
      // For whoever waits for a word.
      this.#child.emit('message', 'gone')
    })
  }

  /** Waits until it has said the word; throws with what it complained of when it ends before. */
  async hears(word: Word): Promise<void> {
    while (!this.#heard.has(word)) {
      if (this.#hasEnded) throw this.#endedError()
      await once(this.#child, 'message')
    }
  }

  /** Gives it a job and waits until the job is going on. */
  async start(job: Job): Promise<void> {
    // That it cannot be sent is told below, together with what the process complained of.
    this.#child.send(job, () => undefined)
    await this.hears('busy')
  }

  /** Kills it at once, and waits until it is gone; throws when it had ended by itself. */
  async kill(): Promise<void> {
    await this.abandon()
    if (this.#child.signalCode !== 'SIGKILL') throw this.#endedError()
  }

  /** Kills it if it still lives, and waits until it is gone. */
  async abandon(): Promise<void> {
    if (this.#hasEnded) return
    const gone = once(this.#child, 'close')
    this.#child.kill('SIGKILL')
    await gone
  }

  #endedError(): Error {
    return new Error(`the process to be killed has ended by itself: ${this.#complaint}`)
  }
}
