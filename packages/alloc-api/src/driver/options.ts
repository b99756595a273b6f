// Checks of what JavaScript hands in when something is opened or attached to, in the same words for every component.
import { requireAvailable, type BackendKind } from '../backend.ts'
import { ParperosError } from '../errors.ts'
import type { Memory } from '../memory/memory.ts'

/** Throws `BAD_OPTION` for what is no memory. */
export function requireMemory(memory: Memory): void {
  if (typeof (memory as Partial<Memory> | undefined)?.region === 'function') return
  throw new ParperosError('BAD_OPTION', 'memory is a memory that createMemory made')
}

/** Throws `BAD_NAME` for what is no name of a Region. */
export function requireName(name: string): void {
  if (typeof name === 'string' && name !== '') return
  throw new ParperosError('BAD_NAME', `a name is a string that is not empty, got ${JSON.stringify(name)}`)
}

/** Throws `BAD_OPTION` unless the option is a whole number in that range. */
export function requireWholeNumber(option: string, value: number, least: number, most: number): void {
  if (Number.isInteger(value) && value >= least && value <= most) return
  throw new ParperosError('BAD_OPTION', `${option} is a whole number from ${least} to ${most}, got ${String(value)}`)
}

/** What every backend has, of whichever component. */
interface AnyBackend {
  kind: BackendKind
  component: string
  unavailable(): string | null
  open: unknown
  attach: unknown
}

/** Throws `BAD_OPTION` for what is no backend, `UNAVAILABLE` when it cannot run here. */
export function requireBackend(backend: AnyBackend): void {
  const given = backend as Partial<AnyBackend> | null | undefined
  if (typeof given?.open !== 'function' || typeof given.attach !== 'function') {
    throw new ParperosError('BAD_OPTION', "backend is an object of /sab, /wasm or /native, or 'auto'")
  }
  requireAvailable(backend)
}
