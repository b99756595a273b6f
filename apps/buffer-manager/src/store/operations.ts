// What a commit does, and how it stands in the log.
//
//   ┌─ kind ─┬─ tree ─┬─ key bytes ─┬─ value bytes ─┬─ key ─┬─ value ─┐   one after the other; numbers are 32 bits, little-endian
import { StoreError } from '../errors.ts'

/** Key of bytes; no value: it is deleted. A tree is known by its number. */
export interface Change {
  tree: number
  key: Uint8Array
  value: Uint8Array | null
}

/** The first change of a tree that is new makes it: `name` then says what it is called. */
export interface NewTree {
  tree: number
  name: Uint8Array
}

export type LoggedOperation = Change | NewTree

const HEADER_BYTES = 16
const kinds = { del: 0, put: 1, tree: 2 }
/** Larger keys and values are handed to the log where they are. */
const COPIED_BYTES = 1 << 16

/** The operations as parts of one record, in order. The parts are valid until the next call. */
export class OperationWriter {
  #scratch = Buffer.alloc(COPIED_BYTES)
  readonly #parts: Uint8Array[] = []
  #from = 0
  #at = 0

  parts(operations: readonly LoggedOperation[]): readonly Uint8Array[] {
    this.#parts.length = 0
    this.#from = this.#at = 0
    for (const operation of operations) {
      if ('name' in operation) this.#add(kinds.tree, operation.tree, operation.name, null)
      else this.#add(operation.value === null ? kinds.del : kinds.put, operation.tree, operation.key, operation.value)
    }
    this.#cut()
    return this.#parts
  }

  #add(kind: number, tree: number, key: Uint8Array, value: Uint8Array | null): void {
    const valueBytes = value?.length ?? 0
    this.#reserve(HEADER_BYTES + key.length)
    const scratch = this.#scratch
    scratch.writeInt32LE(kind, this.#at)
    scratch.writeInt32LE(tree, this.#at + 4)
    scratch.writeInt32LE(key.length, this.#at + 8)
    scratch.writeInt32LE(valueBytes, this.#at + 12)
    scratch.set(key, this.#at + HEADER_BYTES)
    this.#at += HEADER_BYTES + key.length
    if (!value) return
    if (valueBytes > COPIED_BYTES / 4) {
      this.#cut()
      this.#parts.push(value)
      return
    }
    this.#reserve(valueBytes)
    this.#scratch.set(value, this.#at)
    this.#at += valueBytes
  }

  /** Parts that were cut keep the old scratch memory. */
  #reserve(bytes: number): void {
    if (this.#at + bytes <= this.#scratch.length) return
    this.#cut()
    this.#scratch = Buffer.alloc(Math.max(COPIED_BYTES, bytes))
    this.#from = this.#at = 0
  }

  #cut(): void {
    if (this.#at > this.#from) this.#parts.push(this.#scratch.subarray(this.#from, this.#at))
    this.#from = this.#at
  }
}

/** The operations of a record. Throws `CORRUPT` for what no writer has written. */
export function* readOperations(payload: Uint8Array): Generator<LoggedOperation> {
  const bytes = Buffer.from(payload.buffer, payload.byteOffset, payload.length)
  let at = 0
  while (at < bytes.length) {
    if (at + HEADER_BYTES > bytes.length) throw notAnOperation()
    const kind = bytes.readInt32LE(at)
    const tree = bytes.readInt32LE(at + 4)
    const keyAt = at + HEADER_BYTES
    const valueAt = keyAt + bytes.readUInt32LE(at + 8)
    at = valueAt + bytes.readUInt32LE(at + 12)
    if (at > bytes.length || kind < kinds.del || kind > kinds.tree) throw notAnOperation()
    const key = bytes.subarray(keyAt, valueAt)
    if (kind === kinds.tree) yield { tree, name: key }
    else yield { tree, key, value: kind === kinds.put ? bytes.subarray(valueAt, at) : null }
  }
}

const notAnOperation = (): StoreError =>
  new StoreError('CORRUPT', 'a record of the log is whole, but holds no operations', {
    hint: 'it was written by another version, or by something else',
  })
