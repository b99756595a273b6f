// A worker's steps: the observer that its thread has. It counts each access against the plan, hands the turn over where
// the plan says so, and records what the access did. Waiting and notifying are modelled: a waiting worker has no turn.
import type { Access, Observer, Words } from '@parperos/observe'
import * as C from './control.ts'
import type { Control } from './control.ts'
import { choose, othersSteps, timeable, untilOf } from './next.ts'
import { isSpinning, isSuspect } from './spin.ts'
import { giveTurn, takeTurn } from './turn.ts'
import { whereCalled } from './place.ts'

/** Thrown into the scenario's code when the run ends early; unwinds the worker. */
export class RunEnds extends Error {
  override readonly name = 'RunEnds'
}

const codes = Object.fromEntries(C.accesses.map((access, code) => [access, code])) as Record<C.Step, number>

export class Steps implements Observer {
  readonly #control: Control
  readonly #memory: Words
  readonly #worker: number
  readonly #traceAt: number
  readonly #bound: number
  readonly #stepsAt: number
  /** The step after which the plan takes the turn away. */
  #until = C.TO_ITS_STOP
  /** Steps since this worker changed anything, or got the turn. */
  #quiet = 0
  /** Where the last step stands. */
  #at = 0
  /** Where in the source each step was called, when that is asked for. */
  places: string[] = []

  constructor(control: Control, memory: Words, worker: number) {
    this.#control = control
    this.#memory = memory
    this.#worker = worker
    this.#bound = control[C.BOUND]
    this.#traceAt = C.traceAt(this.#bound)
    this.#stepsAt = C.stepsAt(worker)
  }

  /** The worker got the turn. */
  resume(): void {
    this.#until = untilOf(this.#control)
    this.#quiet = 0
  }

  before(access: Access, words: Words, index: number): void {
    const control = this.#control
    if (control[this.#stepsAt] === this.#until) this.#stop(C.PREEMPTED)
    else if (control[C.MODE] & C.RANDOM) this.#fallBehind()
    if (isSuspect(this.#quiet) && this.#spins()) this.#stop(C.SPINS)
    this.#step(codes[access], this.#indexOf(words, index), access === 'wait' || access === 'notify')
  }

  after(_access: Access, _words: Words, _index: number, was: number, is: number): void {
    const control = this.#control
    const at = this.#at
    control[at + 2] = was
    control[at + 3] = is
    if (was === is) return
    control[at] |= C.CHANGED_BIT
    this.#changed()
  }

  wait(words: Words, index: number, expected: number, timeoutMs: number): 'ok' | 'not-equal' | 'timed-out' {
    const control = this.#control
    const value = words[index]
    control[this.#at + 2] = value
    control[this.#at + 3] = value
    if (value !== (expected | 0)) return 'not-equal'
    // A NaN means forever, as for Atomics.wait.
    if (timeoutMs <= 0) return 'timed-out'
    const bit = 1 << this.#worker
    control[C.WAITING] |= bit
    if (timeoutMs < Infinity) control[C.TIMED] |= bit
    control[C.RUNNABLE] &= ~bit
    control[C.waitWordAt(this.#worker)] = this.#indexOf(words, index)
    control[C.waitOrderAt(this.#worker)] = ++control[C.WAITS]
    this.#stop(C.WAITS_THERE)
    return this.#wake()
  }

  notify(words: Words, index: number, count: number): number {
    const control = this.#control
    const word = this.#indexOf(words, index)
    let woken = 0
    for (let worker = first(control, word); worker >= 0 && woken < count; worker = first(control, word)) {
      const bit = 1 << worker
      control[C.WAITING] &= ~bit
      control[C.TIMED] &= ~bit
      control[C.RUNNABLE] |= bit
      control[C.waitOrderAt(worker)] = 0
      woken++
    }
    control[this.#at + 3] = woken
    return woken
  }

  /** The wait is over; one that nobody woke timed out. */
  #wake(): 'ok' | 'timed-out' {
    const control = this.#control
    const order = C.waitOrderAt(this.#worker)
    const timedOut = control[order] !== 0
    control[order] = 0
    this.#step(C.WAKE, control[C.waitWordAt(this.#worker)], timedOut)
    control[this.#at + 3] = timedOut ? C.TIMED_OUT : C.WOKEN
    if (timedOut) control[C.timedOutAt(this.#worker)] = othersSteps(control, this.#worker) + 1
    return timedOut ? 'timed-out' : 'ok'
  }

  /** Records that a step is taken; throws when the run has to end. */
  #step(access: number, index: number, changes: boolean): void {
    const control = this.#control
    if (control[C.ABORT] === 0 && control[C.LENGTH] >= this.#bound) control[C.ABORT] = C.NO_PROGRESS
    if (control[C.ABORT] !== 0) throw new RunEnds('this run ends here')
    const at = this.#traceAt + control[C.LENGTH]++ * C.TRACE_WORDS
    const others = control[C.RUNNABLE] & ~(1 << this.#worker)
    control[at] = C.head(access, changes, this.#worker, others, timeable(control))
    control[at + 1] = index
    control[at + 2] = 0
    control[at + 3] = 0
    control[this.#stepsAt]++
    this.#at = at
    this.#quiet++
    if (control[C.MODE] & C.PLACES) this.places.push(whereCalled())
    if (changes) this.#changed()
  }

  /** Something changed: for those that spin it may be what they spin for. */
  #changed(): void {
    const control = this.#control
    this.#quiet = 0
    if (control[C.SPINNING] === 0) return
    control[C.RUNNABLE] |= control[C.SPINNING]
    control[C.SPINNING] = 0
  }

  #spins(): boolean {
    const control = this.#control
    if (!isSpinning(control, this.#traceAt, control[C.LENGTH], this.#quiet)) return false
    control[C.SPINNING] |= 1 << this.#worker
    control[C.RUNNABLE] &= ~(1 << this.#worker)
    return true
  }

  /** In random runs: at the positions that were drawn, the running worker falls behind all others. */
  #fallBehind(): void {
    const control = this.#control
    if (control[C.CHANGED] === control[C.CHANGES]) return
    if (control[C.LENGTH] < control[C.changeAt(control[C.CHANGED])]) return
    control[C.priorityAt(this.#worker)] = -++control[C.CHANGED]
    this.#stop(C.PREEMPTED)
  }

  /** Stops for `why`, and comes back when it is this worker's turn again. */
  #stop(why: number): void {
    const control = this.#control
    const next = choose(control, this.#worker, why)
    if (next === this.#worker) {
      this.resume()
      return
    }
    if (next < 0 && control[C.ABORT] === 0) control[C.ABORT] = C.DEADLOCK
    if (control[C.ABORT] !== 0) throw new RunEnds('this run ends here')
    giveTurn(control, next)
    takeTurn(control, this.#worker)
    if (control[C.ABORT] !== 0) throw new RunEnds('this run ends here')
    this.resume()
  }

  /** A word's index in the memory; the access may have come through another view of it. */
  #indexOf(words: Words, index: number): number {
    const memory = this.#memory
    if (words === memory) return index
    if (words.buffer !== memory.buffer) {
      throw new Error('observed words of another memory than that of the scenario: the explorer could not reset them')
    }
    return index + ((words.byteOffset - memory.byteOffset) >> 2)
  }
}

/** Who has waited longest on this word; −1 for nobody. */
function first(control: Control, word: number): number {
  let found = -1
  for (let worker = 0; worker < control[C.WORKERS]; worker++) {
    if ((control[C.WAITING] & (1 << worker)) === 0 || control[C.waitWordAt(worker)] !== word) continue
    if (found < 0 || control[C.waitOrderAt(worker)] < control[C.waitOrderAt(found)]) found = worker
  }
  return found
}
