// Records of real input: all their bytes in one piece of memory that threads share, and where each begins and ends.
//
//   places   four words for each record: key from, key to, value from, value to
//
// Records stand in the order of their keys, and no key comes twice.

export interface Records {
  /** What they are, for the reader of the report. */
  source: string
  bytes: Uint8Array<SharedArrayBuffer>
  places: Uint32Array<SharedArrayBuffer>
  count: number
}

export const keyOf = ({ bytes, places }: Records, index: number): Uint8Array =>
  bytes.subarray(places[index * 4], places[index * 4 + 1])

export const valueOf = ({ bytes, places }: Records, index: number): Uint8Array =>
  bytes.subarray(places[index * 4 + 2], places[index * 4 + 3])

/** What is put together: keys and values as they were found. */
export type Found = readonly [key: string, value: Uint8Array]

/** Of several with the same key, the first counts. */
export function recordsOf(source: string, found: readonly Found[]): Records {
  const distinct = new Map<string, readonly [Uint8Array, Uint8Array]>()
  for (const [key, value] of found) if (!distinct.has(key)) distinct.set(key, [Buffer.from(key), value])
  const sorted = [...distinct.values()].sort(([a], [b]) => Buffer.compare(a, b))
  const total = sorted.reduce((sum, [key, value]) => sum + key.length + value.length, 0)
  const bytes = new Uint8Array(new SharedArrayBuffer(total))
  const places = new Uint32Array(new SharedArrayBuffer(sorted.length * 16))
  let at = 0
  sorted.forEach((parts, index) => {
    parts.forEach((part, which) => {
      bytes.set(part, at)
      places[index * 4 + which * 2] = at
      at += part.length
      places[index * 4 + which * 2 + 1] = at
    })
  })
  return { source, bytes, places, count: sorted.length }
}
