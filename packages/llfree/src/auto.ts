// The backends by name, loaded when they are asked for: a browser never sees the native one.
import { chooseBackend, type BackendChoice, type BackendKind, type FrameAllocatorBackend } from '@parperos/alloc-api'
import type { LLFreeConfig, LLFreeInstance } from './config.ts'

export type LLFreeBackend = FrameAllocatorBackend<LLFreeConfig, LLFreeInstance>

const loaders: Record<BackendKind, () => Promise<LLFreeBackend>> = {
  native: async () => (await import('./native.ts')).native,
  wasm: async () => (await import('./wasm.ts')).wasm,
  sab: async () => (await import('./sab.ts')).sab,
}

/** The fastest backend that can run here, in a memory of that kind. */
export async function autoBackend(inWasmMemory: boolean): Promise<BackendChoice<LLFreeBackend>> {
  const kinds: BackendKind[] = 'process' in globalThis ? ['native'] : []
  if (inWasmMemory) kinds.push('wasm')
  kinds.push('sab')
  return chooseBackend(await Promise.all(kinds.map((kind) => loaders[kind]())))
}
