// Constants tables, as `defineConstants` of the driver makes them, and their C text. Only their shape is known here, so
// that the tool stands beside the packages it builds instead of above one of them.
//
//   { kind: 'c-constants', prefix: 'llfree', values: { treeWords: 8, none: -1 }, hash: 0x1badb002 }
//
// becomes LLFREE_TREE_WORDS, LLFREE_NONE and LLFREE_LAYOUT_HASH. All values are 32-bit words, as everywhere.

export interface ConstantsTable {
  kind: 'c-constants'
  prefix: string
  values: Record<string, number>
  hash: number
}

/** Says whether a value means to be a constants table; `tableLines` checks whether it is a right one. */
export const isConstantsTable = (value: unknown): value is ConstantsTable =>
  typeof value === 'object' && value !== null && (value as Partial<ConstantsTable>).kind === 'c-constants'

/** `treeWords` → `TREE_WORDS`, `maxIOPages` → `MAX_IO_PAGES`, `alloc-api` → `ALLOC_API`. */
export const upperSnake = (name: string): string =>
  name
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .replace(/([A-Z])([A-Z][a-z])/g, '$1_$2')
    .replace(/[^A-Za-z0-9]+/g, '_')
    .toUpperCase()

/** A 32-bit value as a C expression whose type holds it: `int` where it fits, else `unsigned`. */
export function cInteger(value: number): string {
  if (!Number.isInteger(value) || value < -(2 ** 31) || value >= 2 ** 32) {
    throw new RangeError(`is ${value}; expected an integer of 32 bits, from -2147483648 to 4294967295`)
  }
  // C reads -2147483648 as the negation of a number that no int holds.
  if (value === -(2 ** 31)) return '(-2147483647 - 1)'
  if (value < 0) return `(${value})`
  return value >= 2 ** 31 ? `${value}u` : `${value}`
}

/** The `#define` lines of one table, its hash last. Throws with the key at fault. */
export function tableLines({ prefix, values, hash }: ConstantsTable): string[] {
  if (typeof prefix !== 'string' || !/^[A-Za-z][\w-]*$/.test(prefix)) {
    throw new TypeError(`the prefix ${JSON.stringify(prefix)} makes no C name; expected letters, digits, _ and -`)
  }
  const macro = (key: string) => {
    if (/^[A-Za-z0-9][\w-]*$/.test(key)) return `${upperSnake(prefix)}_${upperSnake(key)}`
    throw new TypeError(`${prefix}.${key} makes no C name; expected letters, digits, _ and -`)
  }
  const lines = Object.entries(values).map(([key, value]) => {
    try {
      return `#define ${macro(key)} ${cInteger(value)}`
    } catch (error) {
      throw error instanceof RangeError ? new RangeError(`${prefix}.${key} ${error.message}`) : error
    }
  })
  if (!Number.isInteger(hash) || hash < 0 || hash >= 2 ** 32) {
    throw new RangeError(`the hash of ${prefix} is ${hash}; expected an unsigned integer of 32 bits`)
  }
  return [...lines, `#define ${macro('layoutHash')} 0x${hash.toString(16).padStart(8, '0')}u`]
}
