// The contract of page areas over a core: what is the same wherever pages are. How a page's bytes are found is the
// subclass's affair.
import {
  ParperosError,
  type BackendKind,
  type PageArea,
  type PageAreaHandle,
  type PageAreaInfo,
  type PageAreaStats,
  type PageAreaSupports,
  type Words,
} from '@parperos/alloc-api'
import type { Bundles } from './bundles.ts'
import type { Attached, Place, Started } from './driver.ts'
import { COMPONENT } from './header.ts'
import { InFlight } from './in-flight.ts'
import { ExMapInterface } from './interface.ts'
import type { PageTransfer } from './io/transfer.ts'
import * as L from './layout.ts'
import { validate } from './validate.ts'

/** What an instance is made of. */
export interface AreaParts {
  kind: BackendKind
  supports: PageAreaSupports
  attached: Attached
  started: Started
  bundles: Bundles
  /** Where bytes are while they are transferred. */
  place: Place
  /** Null: the area has no file. */
  transfer: PageTransfer | null
  /** Gives the slot back. */
  release: () => void
  /** Which backends cannot run here, and why. */
  passedOver: readonly string[]
}

export abstract class ExMapArea implements PageArea {
  readonly kind: BackendKind
  readonly supports: PageAreaSupports
  readonly pages: number
  readonly slot: number
  readonly slots: number
  readonly handle: PageAreaHandle
  readonly io: ExMapInterface
  /** The page table, as far as a view reaches. */
  protected readonly table: Words
  readonly #parts: AreaParts
  #isOpen = true
  readonly #syncs = new InFlight()

  constructor(parts: AreaParts) {
    const { words, geometry: shape, handle, slot } = parts.attached
    this.kind = parts.kind
    this.supports = parts.supports
    this.pages = shape.pages
    this.slot = slot
    this.slots = shape.slots
    this.handle = handle
    this.table = words.subarray(shape.tableAt, shape.wordsTotal)
    this.#parts = parts
    this.io = new ExMapInterface(parts)
  }

  abstract address(page: number): number
  abstract readonly windowMask: number
  abstract window(address: number): Uint8Array<SharedArrayBuffer>
  abstract words(address: number): Int32Array<SharedArrayBuffer>

  isResident(page: number): boolean {
    const word = this.table[page] ?? 0
    return word !== 0 && (word & L.tableBusy) === 0
  }

  async sync(): Promise<void> {
    this.#requireOpen()
    this.#syncs.begin()
    try {
      await this.#parts.transfer?.sync()
    } finally {
      this.#syncs.end()
    }
  }

  trim(): void {
    this.#requireOpen()
    this.io.exclusively(() => this.#parts.bundles.trim())
  }

  stats(): PageAreaStats {
    this.#requireOpen()
    const { words, geometry: shape } = this.#parts.attached
    let resident = 0
    for (let slot = 0; slot < shape.slots; slot++) {
      resident += words[shape.interfacesAt + slot * shape.interfaceWords + L.interfaceResident]
    }
    return { pages: shape.pages, resident: resident >>> 0, bundled: this.#parts.bundles.count() }
  }

  validate(): void {
    this.#requireOpen()
    validate(this.#parts.attached, this.stats())
  }

  info(): PageAreaInfo {
    this.#requireOpen()
    const { attached, started, transfer, passedOver } = this.#parts
    const { kind: backend, pages, slot, slots } = this
    return {
      component: COMPONENT,
      ...{ backend, pages, slot, slots },
      metadataBytes: attached.geometry.wordsTotal * 4,
      way: started.way,
      whyNotBetter: [...passedOver, ...started.whyNotBetter, ...(transfer?.reasons ?? [])],
      io: transfer?.io ?? 'none',
    }
  }

  close(): void {
    if (!this.#isOpen) return
    this.#isOpen = false
    const { started, transfer, release } = this.#parts
    const letGo = (): void => {
      transfer?.close()
      started.close?.()
      release()
    }
    // What is being made durable is of this file, not of one that gets its descriptor next.
    this.io.close(() => this.#syncs.whenEmpty(letGo))
  }

  [Symbol.dispose](): void {
    this.close()
  }

  /** What `console.log` shows. */
  [Symbol.for('nodejs.util.inspect.custom')](): string {
    const name = `${COMPONENT}/${this.kind}`
    if (!this.#isOpen) return `${name} { closed }`
    const { pages, resident, bundled } = this.stats()
    return `${name} { slot ${this.slot} of ${this.slots}, ${resident} of ${pages} pages resident, ${bundled} frames ready }`
  }

  #requireOpen(): void {
    if (!this.#isOpen) throw closedError()
  }
}

export const closedError = (): ParperosError =>
  new ParperosError('CLOSED', 'this page area has been closed', { hint: 'attach again to go on' })
