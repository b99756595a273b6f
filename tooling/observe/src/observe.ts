// Observed words: a Proxy that looks like the Int32Array behind it. A plain `words[i]` cannot be intercepted in any other
// way without changing the algorithm. It costs about 0.1 µs an access, which only tests pay.
import type { Words } from '@parperos/alloc-api/atomics'
import { observer } from './observer.ts'

/** What an observed array stands for: a run of a raw array. */
interface View {
  raw: Words
  /** Where it starts in `raw`. */
  from: number
  length: number
}

const views = new WeakMap<Words, View>()

/** The array behind observed words, as it was given to `observe`; words that are not observed are their own. */
export const rawOf = (words: Words): Words => views.get(words)?.raw ?? words

/** What these observed words stand for; undefined when they are not observed. */
export const viewOf = (words: Words): View | undefined => views.get(words)

/**
 * Words whose every access is told to the thread's observer. They can be used like the array itself; `buffer` is the real
 * one, so other views of it are not observed. Methods that would make a new array of another kind are refused.
 */
export const observe = (words: Words): Words =>
  views.has(words) ? words : observeView({ raw: words, from: 0, length: words.length })

function observeView(view: View): Words {
  const part = view.raw.subarray(view.from, view.from + view.length)
  const methods = methodsOf(view)
  const observed: Words = new Proxy(part, {
    get(target, key) {
      const index = indexOf(key)
      if (index >= 0) return index < view.length ? readAt(view, index) : undefined
      const method = methods.get(key)
      if (method) return method
      const value: unknown = Reflect.get(target, key, target)
      return typeof value === 'function' && key !== 'constructor' ? generic(key, observed) : value
    },
    set(target, key, value: number) {
      const index = indexOf(key)
      if (index < 0) return Reflect.set(target, key, value, target)
      // As with every typed array, what is beyond the end is dropped.
      if (index < view.length) writeAt(view, index, value)
      return true
    },
  })
  views.set(observed, view)
  return observed
}

/** The index that a property key is, or −1. */
function indexOf(key: string | symbol): number {
  if (typeof key === 'symbol') return -1
  const index = +key
  return Number.isInteger(index) && index >= 0 ? index : -1
}

function readAt({ raw, from }: View, index: number): number {
  const at = from + index
  if (!observer) return raw[at]
  observer.before('read', raw, at)
  const value = raw[at]
  observer.after?.('read', raw, at, value, value)
  return value
}

function writeAt({ raw, from }: View, index: number, value: number): void {
  const at = from + index
  if (!observer) {
    raw[at] = value
    return
  }
  observer.before('write', raw, at)
  const was = raw[at]
  raw[at] = value
  observer.after?.('write', raw, at, was, value | 0)
}

/** A start or end as typed arrays understand it: negative ones count from the end. */
const clamp = (position: number, length: number): number =>
  position < 0 ? Math.max(0, length + position) : Math.min(position, length)

/** The methods that make views or write runs, one observed access per element. */
function methodsOf(view: View): Map<string | symbol, unknown> {
  const { raw, from, length } = view
  const range = (start = 0, end = length): { first: number; count: number } => {
    const first = clamp(start, length)
    return { first, count: Math.max(0, clamp(end, length) - first) }
  }
  return new Map<string, unknown>([
    [
      'fill',
      function (this: Words, value: number, start?: number, end?: number): Words {
        const { first, count } = range(start, end)
        for (let i = 0; i < count; i++) writeAt(view, first + i, value)
        return this
      },
    ],
    [
      'set',
      (values: ArrayLike<number>, offset = 0): void => {
        if (offset < 0 || values.length + offset > length) throw new RangeError('offset is out of bounds')
        for (let i = 0; i < values.length; i++) writeAt(view, offset + i, values[i])
      },
    ],
    [
      'subarray',
      (start?: number, end?: number): Words => {
        const { first, count } = range(start, end)
        return observeView({ raw, from: from + first, length: count })
      },
    ],
    [
      'slice',
      (start?: number, end?: number): Int32Array => {
        const { first, count } = range(start, end)
        return Int32Array.from({ length: count }, (_, i) => readAt(view, first + i))
      },
    ],
  ])
}

/** Array methods that work on anything with a length, and so go through the observed elements. */
const generics = new Set<string | symbol>(
  ['at', 'copyWithin', 'entries', 'every', 'find', 'findIndex', 'findLast', 'findLastIndex', 'forEach', 'includes']
    .concat(['indexOf', 'join', 'keys', 'lastIndexOf', 'reduce', 'reduceRight', 'reverse', 'some', 'sort', 'values'])
    .concat(['toString', 'toLocaleString']),
)

function generic(key: string | symbol, observed: Words): unknown {
  const name = key === Symbol.iterator ? 'values' : key
  if (generics.has(name)) return (Array.prototype as unknown as Record<string | symbol, unknown>)[name]
  if (name in Object.prototype) return (Object.prototype as unknown as Record<string | symbol, unknown>)[name]
  throw new TypeError(
    `observed words have no ${String(key)}(): it would read them unseen. Use a loop, or rawOf(words) for the array ` +
      `itself (${observed.length} words).`,
  )
}
