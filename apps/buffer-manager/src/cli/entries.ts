// Keys and values as text: arguments, and JSON lines of the form
//
//   {"key": "a", "value": "b"}     {"keyBase64": "gA==", "base64": "/w=="}     {"tree": "t", "key": "a", "value": "b"}
//
// Base64 is for bytes that are not UTF-8, so that whatever `dump` writes, `load` reads. With the form 'json', "key" or
// "value" can be anything, and its JSON is what is stored.
import { Buffer, isUtf8 } from 'node:buffer'
import { encodingOf } from '../store/encodings.ts'
import { Failure, Misuse } from './surroundings.ts'

export const forms = ['utf8', 'json', 'binary'] as const
export type Form = (typeof forms)[number]

export interface Forms {
  key: Form
  value: Form
}

export interface TextEntry {
  tree: string | undefined
  key: Uint8Array
  value: Uint8Array
}

const json = encodingOf<unknown>('json')

/** The bytes of an argument; `what` is 'key' or 'value'. */
export function bytesOfArgument(text: string, form: Form, what: string): Uint8Array {
  if (form === 'utf8') return Buffer.from(text)
  const bytes = form === 'json' ? ofJson(text) : ofBase64(text)
  if (bytes) return bytes
  throw new Misuse(`the ${what} ${JSON.stringify(text)} is not ${form === 'json' ? 'JSON' : 'base64'}`)
}

function ofJson(text: string): Uint8Array | undefined {
  try {
    return json.encode(JSON.parse(text))
  } catch {
    return undefined
  }
}

const ofBase64 = (text: string): Uint8Array | undefined =>
  text.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(text) ? Buffer.from(text, 'base64') : undefined

/** For a person: text as it is, other bytes as base64. */
export function textOf(bytes: Uint8Array, form: Form): string {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  return buffer.toString(form !== 'binary' && isUtf8(buffer) ? 'utf8' : 'base64')
}

/** The fields of a JSON line. */
export const keyFields = (bytes: Uint8Array, form: Form): object => fields(bytes, form, 'key', 'keyBase64')
export const valueFields = (bytes: Uint8Array, form: Form): object => fields(bytes, form, 'value', 'base64')

function fields(bytes: Uint8Array, form: Form, name: string, base64Name: string): object {
  if (form === 'json') return { [name]: json.decode(bytes) }
  if (form === 'binary' || !isUtf8(bytes)) return { [base64Name]: textOf(bytes, 'binary') }
  return { [name]: textOf(bytes, 'utf8') }
}

/** What a line of `load`'s input says. */
export function entryOf({ text, number }: { text: string; number: number }, form: Forms): TextEntry {
  let line: unknown
  try {
    line = JSON.parse(text)
  } catch {
    throw new Failure(`line ${number} is not JSON: ${text.length > 60 ? `${text.slice(0, 60)}…` : text}`)
  }
  if (typeof line !== 'object' || line === null) throw new Failure(`line ${number} is not a JSON object`)
  const object = line as Record<string, unknown>
  const { tree } = object
  if (tree !== undefined && typeof tree !== 'string') throw new Failure(`line ${number}: "tree" is not a string`)
  return {
    tree,
    key: bytesOf(object, number, form.key, 'key', 'keyBase64'),
    value: bytesOf(object, number, form.value, 'value', 'base64'),
  }
}

function bytesOf(line: Record<string, unknown>, at: number, form: Form, name: string, base64Name: string): Uint8Array {
  if (Object.hasOwn(line, base64Name)) {
    const base64 = line[base64Name]
    const bytes = typeof base64 === 'string' ? ofBase64(base64) : undefined
    if (bytes) return bytes
    throw new Failure(`line ${at}: "${base64Name}" is not base64`)
  }
  if (!Object.hasOwn(line, name)) throw new Failure(`line ${at} has neither "${name}" nor "${base64Name}"`)
  const value = line[name]
  if (form === 'json') return json.encode(value)
  if (typeof value === 'string') return Buffer.from(value)
  throw new Failure(`line ${at}: "${name}" is not a string; --${name}-encoding json stores any JSON`)
}
