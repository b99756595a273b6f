// A Region is a page-aligned range of a memory: everything that a component knows lives in Regions that its caller hands
// it. It gives fixed-length views only: a length-tracking view of a growable buffer is about forty times slower.
import { ParperosError } from '../errors.ts'
import type { Words } from '../sab/atomics.ts'
import { adoptMemory, isMemoryHandle, type Memory, type MemoryHandle } from './memory.ts'

/** Names a Region for another worker: structured-clonable. */
export interface RegionHandle {
  readonly memory: MemoryHandle
  readonly byteOffset: number
  readonly byteLength: number
}

/** Element indexes stay below this; V8's typed arrays are slow beyond it. */
const MAX_ELEMENTS = 2 ** 31

export class Region {
  readonly memory: Memory
  /** Where it starts in the memory's buffer: a multiple of 4096. */
  readonly byteOffset: number
  readonly byteLength: number

  constructor(memory: Memory, byteOffset: number, byteLength: number) {
    if (!Number.isInteger(byteOffset) || !Number.isInteger(byteLength) || byteOffset < 0 || byteLength < 0) {
      throw new ParperosError('BAD_SIZE', `a Region of ${byteLength} bytes at ${byteOffset} is none`)
    }
    if (byteOffset % 4096 !== 0) {
      throw new ParperosError('BAD_SIZE', `a Region starts at a multiple of 4096, got ${byteOffset}`)
    }
    if (byteOffset + byteLength > memory.bytes) {
      const end = byteOffset + byteLength
      throw new ParperosError('BAD_SIZE', `a Region ends at ${end}, the memory has ${memory.bytes} bytes`)
    }
    this.memory = memory
    this.byteOffset = byteOffset
    this.byteLength = byteLength
  }

  get handle(): RegionHandle {
    return { memory: this.memory.handle, byteOffset: this.byteOffset, byteLength: this.byteLength }
  }

  /** All of it as 32-bit words. Throws `BAD_SIZE` from 8 GiB on, where indexes would leave 31 bits. */
  words(): Words {
    if (this.byteLength / 4 >= MAX_ELEMENTS) {
      throw new ParperosError('BAD_SIZE', `a Region of ${this.byteLength} bytes has too many words for one view`)
    }
    return new Int32Array(this.memory.buffer, this.byteOffset, Math.floor(this.byteLength / 4))
  }

  /** `byteLength` bytes from `byteOffset` of the Region on; all of it by default. */
  bytes(byteOffset = 0, byteLength = this.byteLength - byteOffset): Uint8Array<SharedArrayBuffer> {
    if (byteOffset < 0 || byteLength < 0 || byteOffset + byteLength > this.byteLength) {
      throw new ParperosError('BAD_SIZE', `bytes ${byteOffset}+${byteLength} are outside of a Region of ${this.byteLength}`)
    }
    return new Uint8Array(this.memory.buffer, this.byteOffset + byteOffset, byteLength)
  }

  /** The Region that a handle names; checks form and range, throws `BAD_HANDLE` or `BAD_SIZE`. */
  static from(handle: RegionHandle): Region {
    const given = handle as Partial<RegionHandle> | null | undefined
    if (!given || typeof given !== 'object' || !isMemoryHandle(given.memory)) {
      throw new ParperosError('BAD_HANDLE', 'a Region handle has a memory, a byteOffset and a byteLength')
    }
    return new Region(adoptMemory(given.memory), given.byteOffset ?? NaN, given.byteLength ?? NaN)
  }
}
