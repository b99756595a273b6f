// How keys and values become bytes and come back. The three built-in encodings can also do without a copy in between: a
// key that is only looked up is encoded into a scratch buffer that is used again and again (half the time of a new
// Buffer), and a value is decoded from where it lies in its page.
import { Buffer } from 'node:buffer'
import { inspect } from 'node:util'
import type { Encoding, EncodingName } from '../api.ts'
import { StoreError } from '../errors.ts'

/** An encoding with the short ways that the store takes. */
export interface QuickEncoding<Decoded> extends Encoding<Decoded> {
  /** Like `encode`, but the bytes may be others at the next call. */
  scratch(value: Decoded): Uint8Array
  /**
   * Like `decode`, of `length` bytes at `at`, which may be shared memory that changes meanwhile; nothing of it is kept.
   * Only `'binary'` and `'utf8'` promise not to throw, whatever the bytes are.
   */
  read(bytes: Uint8Array, at: number, length: number): Decoded
}

/** The encoding of that name, or the caller's own. An instance has a scratch buffer of its own. */
export function encodingOf<Decoded>(encoding: EncodingName | Encoding<Decoded> = 'utf8'): QuickEncoding<Decoded> {
  // What a name decodes to is what the caller's type says: `tree<string, Uint8Array>(…, { valueEncoding: 'binary' })`.
  if (typeof encoding === 'string') return named(encoding) as QuickEncoding<never>
  if (isEncoding(encoding)) return new OwnEncoding(encoding)
  throw new StoreError('BAD_OPTION', `an encoding is ${names} or { name, encode, decode }, not ${shown(encoding)}`)
}

function isEncoding(given: object | null): boolean {
  const { name, encode, decode } = (given ?? {}) as Record<string, unknown>
  return typeof name === 'string' && typeof encode === 'function' && typeof decode === 'function'
}

const names = "'utf8', 'json', 'binary'"

function named(name: EncodingName): QuickEncoding<string> | QuickEncoding<unknown> | QuickEncoding<Uint8Array> {
  switch (name) {
    case 'utf8':
      return new Utf8Encoding()
    case 'json':
      return jsonEncoding
    case 'binary':
      return binaryEncoding
    default:
      throw new StoreError(
        'BAD_OPTION',
        `there is no encoding ${shown(name)}: name one of ${names}, or hand over your own`,
      )
  }
}

/** Longer strings are not keys. */
const SCRATCH_LENGTH = 1024
/** Up to this length a loop over the characters is quicker than a call out of JavaScript. */
const SHORT = 64
const textEncoder = new TextEncoder()
/** Node's own decoder of bytes, as a function of any of them: the quickest for short and long strings alike. */
// eslint-disable-next-line @typescript-eslint/unbound-method -- it is called with what it is to read
const utf8Slice = (Buffer.prototype as unknown as { utf8Slice(this: Uint8Array, from: number, to: number): string })
  .utf8Slice

class Utf8Encoding implements QuickEncoding<string> {
  readonly name = 'utf8'
  /** A UTF-16 unit takes at most three bytes. */
  readonly #bytes = new Uint8Array(SCRATCH_LENGTH * 3)
  /** The first n bytes of it: making a view takes longer than filling it. */
  readonly #views: Uint8Array[] = []

  encode(value: string): Uint8Array {
    if (typeof value !== 'string') throw notEncodable('utf8', 'strings', value)
    const bytes = Buffer.from(value, 'utf8')
    if (bytes.length !== value.length) requireWellFormed(value)
    return bytes
  }

  scratch(value: string): Uint8Array {
    if (typeof value !== 'string' || value.length > SCRATCH_LENGTH) return this.encode(value)
    const { length } = value
    if (length <= SHORT) {
      const bytes = this.#bytes
      let i = 0
      for (; i < length; i++) {
        const unit = value.charCodeAt(i)
        if (unit > 0x7f) break
        bytes[i] = unit
      }
      if (i === length) return this.#first(length)
    }
    const { written } = textEncoder.encodeInto(value, this.#bytes)
    if (written !== length) requireWellFormed(value)
    return this.#first(written)
  }

  #first(length: number): Uint8Array {
    return (this.#views[length] ??= this.#bytes.subarray(0, length))
  }

  decode(bytes: Uint8Array): string {
    return utf8Slice.call(bytes, 0, bytes.length)
  }

  read(bytes: Uint8Array, at: number, length: number): string {
    return utf8Slice.call(bytes, at, at + length)
  }
}

const jsonEncoding: QuickEncoding<unknown> = {
  name: 'json',
  encode(value) {
    let text
    try {
      // Its declaration leaves out that undefined has no JSON.
      text = JSON.stringify(value) as string | undefined
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message.split('\n', 1)[0] : String(cause)
      throw new StoreError('BAD_ENCODING', `'json' cannot encode this value: ${reason}`, { cause })
    }
    if (text === undefined) throw notEncodable('json', 'what JSON has', value)
    return Buffer.from(text, 'utf8')
  },
  decode: (bytes) => parse(utf8Slice.call(bytes, 0, bytes.length)),
  scratch: (value) => jsonEncoding.encode(value),
  read: (bytes, at, length) => parse(utf8Slice.call(bytes, at, at + length)),
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    const hint = 'open the tree with the encodings that it was written with'
    throw new StoreError('BAD_ENCODING', `${shown(text)} is not JSON`, { hint, cause })
  }
}

const binaryEncoding: QuickEncoding<Uint8Array> = {
  name: 'binary',
  encode(value) {
    if (!(value instanceof Uint8Array)) throw notEncodable('binary', 'Uint8Arrays', value)
    return value
  },
  decode: (bytes) => bytes,
  scratch: (value) => binaryEncoding.encode(value),
  read: copyOf,
}

/** The caller's own copy. Small Buffers share their memory, so that none has to be asked for: a tenth of the time. */
export function copyOf(bytes: Uint8Array, at: number, length: number): Uint8Array {
  const copy = Buffer.allocUnsafe(length)
  copy.set(bytes.subarray(at, at + length))
  return copy
}

/** What the user handed over, with the short ways as long ones. */
class OwnEncoding<Decoded> implements QuickEncoding<Decoded> {
  readonly name: string
  readonly #own: Encoding<Decoded>

  constructor(own: Encoding<Decoded>) {
    this.name = own.name
    this.#own = own
  }

  encode(value: Decoded): Uint8Array {
    const bytes = this.#own.encode(value)
    if (bytes instanceof Uint8Array) return bytes
    throw new StoreError(
      'BAD_ENCODING',
      `the encoding '${this.name}' made ${shown(bytes)}; encode() returns a Uint8Array`,
    )
  }

  scratch(value: Decoded): Uint8Array {
    return this.encode(value)
  }

  decode(bytes: Uint8Array): Decoded {
    return this.#own.decode(bytes)
  }

  read(bytes: Uint8Array, at: number, length: number): Decoded {
    return this.#own.decode(copyOf(bytes, at, length))
  }
}

/** Two strings with halves of surrogate pairs could otherwise become the same key. */
function requireWellFormed(value: string): void {
  if (value.isWellFormed()) return
  throw new StoreError('BAD_ENCODING', `${shown(value)} has half of a surrogate pair, which UTF-8 cannot express`, {
    hint: 'use toWellFormed(), or the encoding json',
  })
}

const notEncodable = (name: EncodingName, what: string, value: unknown): StoreError =>
  new StoreError('BAD_ENCODING', `the encoding '${name}' is for ${what}, and this is ${shown(value)}`, {
    hint: 'choose another keyEncoding or valueEncoding',
  })

function shown(value: unknown): string {
  const text = inspect(value, { depth: 0, maxStringLength: 60, maxArrayLength: 8, breakLength: Infinity })
  return text.length > 80 ? `${text.slice(0, 79)}…` : text
}
