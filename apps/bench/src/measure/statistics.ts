// What many samples say: the median and the quartiles, which a single disturbed round cannot move.

export interface Spread {
  median: number
  p25: number
  p75: number
}

/** The value below which `share` of the samples lie, between neighbours in proportion (the common "type 7"). */
export function quantile(samples: readonly number[], share: number): number {
  if (samples.length === 0) throw new RangeError('no samples')
  const sorted = [...samples].sort((a, b) => a - b)
  const at = (sorted.length - 1) * share
  const below = Math.floor(at)
  const above = Math.min(below + 1, sorted.length - 1)
  return sorted[below] + (sorted[above] - sorted[below]) * (at - below)
}

export const median = (samples: readonly number[]): number => quantile(samples, 0.5)

export const spreadOf = (samples: readonly number[]): Spread => ({
  median: median(samples),
  p25: quantile(samples, 0.25),
  p75: quantile(samples, 0.75),
})
