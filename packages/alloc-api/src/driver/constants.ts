// Constants that TypeScript and C share are defined once, here in TypeScript. `cbuild headers` renders each table as
// `#define` lines, with a hash over names and values; the compiled core reports the hash that it was built with, and
// attach compares, so that a core and a layout that differ never meet.

/** A table of integers that C sees as `#define PREFIX_NAME value`. */
export interface Constants<Values extends Record<string, number> = Record<string, number>> {
  readonly kind: 'c-constants'
  /** What every name in C starts with. */
  readonly prefix: string
  readonly values: Values
  /** FNV-1a over prefix, names and values, 32 bits, unsigned. */
  readonly hash: number
}

/** Defines a table of 32-bit integers (signed or unsigned) shared with C. */
export function defineConstants<const Values extends Record<string, number>>(
  prefix: string,
  values: Values,
): Constants<Values> {
  let hash = 0x811c9dc5
  const text = `${prefix};${Object.entries(values).join(';')}`
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193)
  return { kind: 'c-constants', prefix, values: Object.freeze({ ...values }), hash: hash >>> 0 }
}
