// Ranges as abstract-level hands them over: any of four bounds, of which the including ones take precedence, a
// direction, and a limit of which −1 means none.
import { Buffer } from 'node:buffer'
import type { RangeOptions } from '../api.ts'

export interface Bounds {
  gt?: Buffer
  gte?: Buffer
  lt?: Buffer
  lte?: Buffer
  reverse?: boolean
  limit?: number
}

export function rangeOf({ gt, gte, lt, lte, reverse = false, limit = -1 }: Bounds): RangeOptions<Uint8Array> {
  return {
    ...(gte ? { gte } : gt && { gt }),
    ...(lte ? { lte } : lt && { lt }),
    reverse,
    ...(limit >= 0 && { limit }),
  }
}

/** The range from `target` on in its direction; undefined if `target` lies outside. */
export function rangeFrom(range: RangeOptions<Uint8Array>, target: Uint8Array): RangeOptions<Uint8Array> | undefined {
  const { gt, gte, lt, lte, reverse } = range
  const outside =
    (gte !== undefined && Buffer.compare(target, gte) < 0) ||
    (gt !== undefined && Buffer.compare(target, gt) <= 0) ||
    (lte !== undefined && Buffer.compare(target, lte) > 0) ||
    (lt !== undefined && Buffer.compare(target, lt) >= 0)
  if (outside) return undefined
  const { [reverse ? 'lt' : 'gt']: _exclusive, ...rest } = range
  return { ...rest, [reverse ? 'lte' : 'gte']: target }
}

/** The same bytes as a Buffer, which is what abstract-level's encodings decode. */
export const asBuffer = (bytes: Uint8Array): Buffer =>
  Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
