// `backend: 'auto'` and lists of backends: the first that can run here and work in that memory. This is the only module
// that loads backends by itself, and only when it is asked to, so that a browser never sees the native one.
import { chooseBackend, ParperosError, type Memory } from '@parperos/alloc-api'
import type { BuddyBackend } from './backend.ts'

/** A backend; several, of which the first that can run is taken; or `'auto'` for native, wasm, sab in this order. */
export type BackendOption = BuddyBackend | readonly BuddyBackend[] | 'auto'

/** The backend to use, and why it when there was a choice. */
export interface Choice {
  backend: BuddyBackend
  why: { chosen?: string }
}

/** Throws `UNAVAILABLE` with every reason when no candidate can be used, `BAD_OPTION` when there is none. */
export async function choose(option: BackendOption, memory: Memory): Promise<Choice> {
  const candidates = option === 'auto' ? await all() : option
  if (isBackend(candidates)) return { backend: candidates, why: {} }
  if (!Array.isArray(candidates) || candidates.length === 0 || !candidates.every(isBackend)) {
    throw new ParperosError('BAD_OPTION', "backend is an object of /sab, /wasm or /native, a list of such, or 'auto'")
  }
  const here = candidates.map((backend: BuddyBackend) => ({
    kind: backend.kind,
    component: backend.component,
    unavailable: () => backend.unavailable() ?? backend.unfit(memory),
    backend,
  }))
  const { backend, passedOver } = chooseBackend(here)
  const reason = passedOver.length === 0 ? 'the first choice' : `since ${passedOver.join('; ')}`
  return { backend: backend.backend, why: { chosen: `${backend.kind}, ${reason}` } }
}

async function all(): Promise<BuddyBackend[]> {
  const others = [(await import('./wasm.ts')).wasm, (await import('./sab.ts')).sab]
  return 'process' in globalThis ? [(await import('./native.ts')).native, ...others] : others
}

const isBackend = (value: unknown): value is BuddyBackend => {
  const { open, attach, unfit } = (value ?? {}) as Partial<BuddyBackend>
  return [open, attach, unfit].every((method) => typeof method === 'function')
}
