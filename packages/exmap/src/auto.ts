// The backends by name, loaded when they are asked for: a browser never sees the native one.
import { chooseBackend, type BackendChoice, type BackendKind } from '@parperos/alloc-api'
import type { ExMapBackend } from './driver.ts'

const loaders: Record<BackendKind, () => Promise<ExMapBackend>> = {
  native: async () => (await import('./native.ts')).native,
  wasm: async () => (await import('./wasm.ts')).wasm,
  sab: async () => (await import('./sab.ts')).sab,
}

/** The first backend that can run here: native, then, with the page table in a memory of WebAssembly, wasm, then sab. */
export async function autoBackend(inWasmMemory: boolean): Promise<BackendChoice<ExMapBackend>> {
  const kinds: BackendKind[] = 'process' in globalThis ? ['native'] : []
  if (inWasmMemory) kinds.push('wasm')
  kinds.push('sab')
  return chooseBackend(await Promise.all(kinds.map((kind) => loaders[kind]())))
}
