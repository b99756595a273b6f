// Takes a file out of the system's page cache: what a store without a pool of its own begins with when its data are
// larger than the memory that it should have. GNU dd can ask for that (posix_fadvise); pages that are mapped at that
// moment stay.
import { spawnSync } from 'node:child_process'

/** Null, or why it is not possible. */
export function dropFromPageCache(path: string): string | null {
  const args = [`of=${path}`, 'oflag=nocache', 'conv=notrunc,fdatasync', 'count=0']
  const { status, stderr, error } = spawnSync('dd', args, { encoding: 'utf8' })
  if (error) return `dd does not run: ${error.message}`
  return status === 0 ? null : `dd cannot drop it: ${stderr.trim().split('\n')[0]}`
}

/**
 * Of a file whose `pages` are read at random, one for each lookup, and of which none is in memory at the beginning:
 * after so many lookups the share of those that found their page in memory has been `share`, as in a memory that always
 * holds that part.
 */
export function lookupsFromCold(pages: number, share: number): number {
  let low = 0
  let high = 100
  // With x lookups for each page, (1 − e^−x) ÷ x of them have to read.
  while (high - low > 1e-6) {
    const x = (low + high) / 2
    if ((1 - Math.exp(-x)) / x > 1 - share) low = x
    else high = x
  }
  return Math.round(high * pages)
}
