// A store in memory that does what a test tells it to: refuse, come short, end early, wait.
import { FRAME_BYTES } from '@parperos/alloc-api'
import type { PageStore } from '../../src/index.ts'

export interface Faults {
  /** Pages whose reading or writing throws. */
  bad?: ReadonlySet<number>
  /** The most bytes that one call moves. */
  atMost?: number
  /** Resolved before an asynchronous call does anything. */
  gate?: Promise<unknown>
  /** Calls that move nothing at all. */
  stuck?: boolean
}

export class FailingStore implements PageStore {
  readonly kind = 'test'
  bytes: Uint8Array
  faults: Faults
  calls = 0
  syncs = 0
  isOpen = true

  constructor(bytes: Uint8Array, faults: Faults = {}) {
    this.bytes = bytes
    this.faults = faults
  }

  size(): number {
    return this.bytes.length
  }

  readSync(views: readonly Uint8Array[], position: number): number {
    return this.#move(views, position, (view, at) => {
      const part = this.bytes.subarray(at, at + view.length)
      view.set(part)
      return part.length
    })
  }

  async read(views: readonly Uint8Array[], position: number): Promise<number> {
    await this.faults.gate
    return this.readSync(views, position)
  }

  writeSync(views: readonly Uint8Array[], position: number): number {
    return this.#move(views, position, (view, at) => {
      if (at + view.length > this.bytes.length) {
        const longer = new Uint8Array(at + view.length)
        longer.set(this.bytes)
        this.bytes = longer
      }
      this.bytes.set(view, at)
      return view.length
    })
  }

  async write(views: readonly Uint8Array[], position: number): Promise<number> {
    await this.faults.gate
    return this.writeSync(views, position)
  }

  async sync(): Promise<void> {
    await this.faults.gate
    this.syncs++
  }

  close(): void {
    this.isOpen = false
  }

  #move(views: readonly Uint8Array[], position: number, move: (view: Uint8Array, at: number) => number): number {
    if (!this.isOpen) throw new Error('closed')
    this.calls++
    const { bad, atMost = Infinity, stuck = false } = this.faults
    if (stuck) return 0
    let done = 0
    for (const view of views) {
      for (let from = 0; from < view.length;) {
        const at = position + done
        if (bad?.has(Math.floor(at / FRAME_BYTES))) {
          // As pread does: what came before is told, the error is for the next call.
          if (done > 0) return done
          throw new Error('EIO: i/o error')
        }
        const whole = Math.min(view.length - from, FRAME_BYTES - (at % FRAME_BYTES), atMost - done)
        const moved = whole <= 0 ? 0 : move(view.subarray(from, from + whole), at)
        done += moved
        from += moved
        if (moved === 0 || done >= atMost) return done
      }
    }
    return done
  }
}
