// ExMap in TypeScript: the batches of one attached worker (Leis et al., "Virtual-Memory Assisted Buffer Management",
// SIGMOD'23), on the words that the C core works on too. A core cannot call the allocator and does no I/O: it stops with an
// event, its caller does that, and the core goes on.
import { status } from '@parperos/alloc-api/driver'
import type { ExMapCore } from '../driver.ts'
import * as L from '../layout.ts'
import { commandAt, own, setOwn, type Area } from './area.ts'
import { claim } from './claim.ts'
import { beginFinish, finish } from './finish.ts'
import { gather } from './gather.ts'
import { leave, ready, recover } from './recover.ts'
import { hasBundles, nextBundle } from './shelf.ts'

/** The core of one attached worker. */
export class SabCore implements ExMapCore {
  readonly #area: Area

  constructor(area: Area) {
    this.#area = area
  }

  recover(): number {
    return recover(this.#area)
  }

  begin(op: number, runs: number): void {
    const area = this.#area
    const { words } = area
    const count = Math.min(runs, area.commandCount)
    for (let i = 0; i < count; i++) {
      const command = commandAt(area, i)
      words[command + L.commandDone] = 0
      words[command + L.commandStatus] = status.PENDING
    }
    setOwn(area, L.interfaceOp, op)
    setOwn(area, L.interfaceRuns, count)
    setOwn(area, L.interfaceRun, 0)
    setOwn(area, L.interfaceOffset, 0)
    setOwn(area, L.interfaceDry, 0)
  }

  step(): number {
    const area = this.#area
    if (!hasBundles(area) || own(area, L.interfaceHeld) >>> 0 > L.handEntries) return status.CORRUPT
    for (;;) {
      if (own(area, L.interfacePhase) === L.phaseClaim) {
        const event = claim(area)
        if (event !== L.eventDone) return event
        if (own(area, L.interfaceHeld) === 0) {
          setOwn(area, L.interfaceOp, L.opNone)
          return L.eventDone
        }
        if (needsTransfer(own(area, L.interfaceOp))) {
          setOwn(area, L.interfacePhase, L.phaseFill)
          return L.eventFill
        }
      }
      if (own(area, L.interfacePhase) !== L.phaseFinish) beginFinish(area)
      const stop = finish(area)
      if (stop !== 0) return stop
      setOwn(area, L.interfaceDry, 0)
    }
  }

  nextBundle(): boolean {
    return hasBundles(this.#area) && nextBundle(this.#area)
  }

  gather(): boolean {
    return gather(this.#area)
  }

  ready(): void {
    ready(this.#area)
  }

  leave(): void {
    leave(this.#area)
  }
}

/** Whether the hand has to be filled or emptied by somebody else before it is carried out. */
const needsTransfer = (op: number): boolean => op === L.opClear || op === L.opRead || op === L.opWrite
