// A page area as the model has it: every question is answered by looking at the table.
import type { BackendKind } from '../backend.ts'
import { ParperosError } from '../errors.ts'
import { FRAME_BYTES } from '../frame-allocator.ts'
import type {
  PageArea,
  PageAreaHandle,
  PageAreaInfo,
  PageAreaStats,
  PageAreaSupports,
  PageInterface,
} from '../page-area.ts'
import { ABSENT, READING, WRITING } from './page-area-layout.ts'
import type { InterfaceParts, ModelPageInterface } from './page-area-interface.ts'

export const COMPONENT = 'page-model'

/** What an instance is made of. */
export interface AreaParts extends InterfaceParts {
  supports: PageAreaSupports
  handle: PageAreaHandle
  metadataBytes: number
  /** All bytes that pages can be in: the pool, or the area's own. */
  bytes: Uint8Array<SharedArrayBuffer>
  io: ModelPageInterface
  /** Gives the slot back. */
  release: () => void
}

/** Windows have 1 MiB here, so that there are several of them. */
const WINDOW_BYTES = 2 ** 20

export class ModelPageArea implements PageArea {
  readonly kind: BackendKind = 'sab'
  readonly supports: PageAreaSupports
  readonly pages: number
  readonly slot: number
  readonly slots: number
  readonly handle: PageAreaHandle
  readonly io: PageInterface
  readonly windowMask = WINDOW_BYTES - 1
  protected readonly parts: AreaParts
  #isOpen = true

  constructor(parts: AreaParts) {
    this.parts = parts
    this.supports = parts.supports
    this.pages = parts.table.shape.pages
    this.slot = parts.slot
    this.slots = parts.table.shape.slots
    this.handle = parts.handle
    this.io = parts.io
  }

  address(page: number): number {
    const { table } = this.parts
    if (table.shape.mapped) return page * FRAME_BYTES
    return (this.isResident(page) ? table.frame(page) : table.shape.zeroFrame) * FRAME_BYTES
  }

  window(address: number): Uint8Array<SharedArrayBuffer> {
    const { buffer, byteOffset, byteLength } = this.parts.bytes
    const start = Math.floor(address / WINDOW_BYTES) * WINDOW_BYTES
    return new Uint8Array(buffer, byteOffset + start, Math.min(WINDOW_BYTES, byteLength - start))
  }

  words(address: number): Int32Array<SharedArrayBuffer> {
    const { buffer, byteOffset, byteLength } = this.window(address)
    return new Int32Array(buffer, byteOffset, byteLength / 4)
  }

  isResident(page: number): boolean {
    if (!Number.isInteger(page) || page < 0 || page >= this.pages) return false
    const state = this.parts.table.state(page)
    return state !== ABSENT && state !== READING
  }

  async sync(): Promise<void> {
    this.requireOpen()
    this.parts.file?.sync()
  }

  /** The model takes each frame from the allocator when a page needs it. */
  trim(): void {
    this.requireOpen()
    this.parts.io.requireIdle()
  }

  stats(): PageAreaStats {
    this.requireOpen()
    let resident = 0
    for (let page = 0; page < this.pages; page++) resident += Number(this.isResident(page))
    return { pages: this.pages, resident, bundled: 0 }
  }

  validate(): void {
    this.requireOpen()
    const { table, frames } = this.parts
    const holders = new Map<number, string>([[table.shape.zeroFrame, 'the frame of zeros']])
    for (let page = 0; page < this.pages; page++) {
      if (table.state(page) === ABSENT) continue
      const frame = table.frame(page)
      if (table.state(page) < 0 || table.state(page) > WRITING) throw corrupt(page, `state ${table.state(page)}`)
      if (frame < 0 || frame >= frames.frames) throw corrupt(page, `frame ${frame} of ${frames.frames}`)
      const other = holders.get(frame)
      if (other !== undefined) throw corrupt(page, `frame ${frame}, which ${other} has`)
      if (frames.statsAt(frame, 0).free !== 0) throw corrupt(page, `frame ${frame}, which the allocator has`)
      holders.set(frame, `page ${page}`)
    }
  }

  info(): PageAreaInfo {
    this.requireOpen()
    const { mapped } = this.parts.table.shape
    return {
      component: COMPONENT,
      backend: this.kind,
      pages: this.pages,
      slot: this.slot,
      slots: this.slots,
      metadataBytes: this.parts.metadataBytes,
      way: mapped ? 'madvise' : 'table',
      whyNotBetter: [],
      io: this.parts.file ? 'pread' : 'none',
    }
  }

  close(): void {
    if (!this.#isOpen) return
    this.#isOpen = false
    const { io, file, release } = this.parts
    io.close(() => {
      file?.close()
      release()
    })
  }

  [Symbol.dispose](): void {
    this.close()
  }

  protected requireOpen(): void {
    if (!this.#isOpen) throw new ParperosError('CLOSED', 'this page area has been closed')
  }
}

const corrupt = (page: number, what: string): ParperosError =>
  new ParperosError('CORRUPT', `page ${page} has ${what}`)
