// Numbers and names as people read them, the same in the table and on the page.
import type { CacheRun, Result } from './schema.ts'

/** Three significant digits, without an exponent. */
export function short(value: number): string {
  const magnitude = Math.abs(value)
  if (magnitude >= 100 || magnitude === 0) return thousands(Math.round(value))
  return value.toFixed(magnitude >= 10 ? 1 : magnitude >= 0.1 ? 2 : 4)
}

export const thousands = (value: number): string => value.toLocaleString('en-US', { maximumFractionDigits: 0 })

/** Millions of operations per second. */
export const megaOps = (opsPerSecond: number): string => short(opsPerSecond / 1e6)

export const percent = (share: number): string => `${short(share * 100)} %`

export const workersText = (workers: number): string => (workers === 1 ? '1 worker' : `${workers} workers`)

const backends = { sab: 'TypeScript', wasm: 'Wasm', native: 'native' }

/** The backend, and where the loop runs if there is a choice. */
export const wayOf = ({ backend, driver }: Pick<Result, 'backend' | 'driver'>): string =>
  backend === 'sab' ? backends.sab : `${backends[backend]}, ${driver === 'js' ? 'called by JS' : 'inside'}`

export const backendText = ({ backend }: Pick<CacheRun, 'backend'>): string => backends[backend]

export const shortCommit = (commit: string | null): string =>
  commit?.replace(/^([0-9a-f]{12})[0-9a-f]+/, '$1') ?? 'unknown'
