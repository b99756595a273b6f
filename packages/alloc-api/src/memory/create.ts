// `createMemory`: the short way to a memory, by the name of its kind. Backends are loaded when they are asked for, so
// that a browser never sees the native one.
import { chooseBackend, requireAvailable, type BackendKind } from '../backend.ts'
import { ParperosError } from '../errors.ts'
import type { Memory, MemoryBackend, MemoryOptions } from './memory.ts'

export interface CreateMemoryOptions extends MemoryOptions {
  /**
   * `'wasm'` serves all three backends of every component and runs everywhere; `'native'` can be shared with other
   * processes; `'sab'` has no limit of 4 GiB. `'auto'` takes the first of native and wasm and sab that runs here; `kind`
   * of the memory tells which it is. A backend object of `/sab`, `/wasm` or `/native` can stand here too.
   */
  backend: BackendKind | 'auto' | MemoryBackend
}

const loaders: Record<BackendKind, () => Promise<MemoryBackend>> = {
  native: async () => (await import('../native.ts')).native,
  wasm: async () => (await import('../wasm.ts')).wasm,
  sab: async () => (await import('../sab.ts')).sab,
}

/** Makes a memory. Throws `UNAVAILABLE` when that kind cannot be made here, `BAD_OPTION` for a bad size. */
export async function createMemory({ backend, ...options }: CreateMemoryOptions): Promise<Memory> {
  const chosen = typeof backend === 'object' ? backend : await load(backend)
  requireAvailable(chosen)
  return await chosen.create(options)
}

async function load(name: BackendKind | 'auto'): Promise<MemoryBackend> {
  if (name === 'auto') {
    const isNode = 'process' in globalThis
    const kinds = isNode ? (['native', 'wasm', 'sab'] as const) : (['wasm', 'sab'] as const)
    return chooseBackend(await Promise.all(kinds.map((kind) => loaders[kind]()))).backend
  }
  if (!Object.hasOwn(loaders, name)) {
    throw new ParperosError('BAD_OPTION', `backend is 'sab', 'wasm', 'native' or 'auto', got ${JSON.stringify(name)}`)
  }
  return await loaders[name]()
}
