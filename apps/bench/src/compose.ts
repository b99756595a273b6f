// The one place that names packages' backends. Each is loaded when a cell asks for it, so that a measuring process has
// one backend in it; everything else in this app knows allocators by their contract.
import { createMemory, type BackendKind, type FrameAllocatorBackend, type Memory } from '@parperos/alloc-api'
import type { OpenInsideCore } from '@parperos/alloc-api/driver/bench'
import type { Store, StoreHandle } from '@parperos/buffer-manager'
import type { NativeOptions } from '@parperos/exmap/native'

export interface AllocatorParts {
  backends: Record<BackendKind, () => Promise<FrameAllocatorBackend>>
  /** Loops inside the C core. */
  inside: () => Promise<OpenInsideCore>
}

export const allocators = {
  llfree: {
    backends: {
      sab: async () => (await import('@parperos/llfree/sab')).sab,
      wasm: async () => (await import('@parperos/llfree/wasm')).wasm,
      native: async () => (await import('@parperos/llfree/native')).native,
    },
    inside: async () => (await import('@parperos/llfree/bench')).insideCore,
  },
  buddy: {
    backends: {
      sab: async () => (await import('@parperos/buddy/sab')).sab,
      wasm: async () => (await import('@parperos/buddy/wasm')).wasm,
      native: async () => (await import('@parperos/buddy/native')).native,
    },
    inside: async () => (await import('@parperos/buddy/bench')).insideCore,
  },
} satisfies Record<string, AllocatorParts>

/** Page areas: how the native one gets its pages frames can be chosen. */
export const pageAreas = {
  backends: {
    sab: async () => (await import('@parperos/exmap/sab')).sab,
    wasm: async () => (await import('@parperos/exmap/wasm')).wasm,
    native: async () => (await import('@parperos/exmap/native')).native,
  },
  nativeWith: async (options: NativeOptions) => (await import('@parperos/exmap/native')).nativeWith(options),
  hugePool: async () => (await import('@parperos/exmap/native')).hugePool,
  /** What they are compared with. */
  bare: async () => (await import('@parperos/exmap/bench')).bareLoops(),
}

export type AllocatorName = keyof typeof allocators
export const allocatorNames = Object.keys(allocators) as AllocatorName[]
export const backendKinds = ['sab', 'wasm', 'native'] as const satisfies BackendKind[]

/** A memory that every backend can work in, so that all are measured on the same kind of bytes. */
export const metadataMemory = (bytes: number): Promise<Memory> => createMemory({ backend: 'wasm', bytes })

/** The buffer manager's store with keys and values of bytes. */
export type BinaryStore = Store<Uint8Array, Uint8Array>

export interface StoreChoice {
  backend?: BackendKind | undefined
  cacheBytes: number
  /** What is acknowledged survives power failure; else nothing waits for the disk. */
  durable: boolean
  workers: number
  direct?: boolean
}

const BINARY = { keyEncoding: 'binary', valueEncoding: 'binary' } as const

export async function openStore(
  dir: string,
  { backend, cacheBytes, durable, workers, direct = false }: StoreChoice,
): Promise<BinaryStore> {
  const { open } = await import('@parperos/buffer-manager')
  return open(dir, { ...(backend && { backend }), cacheBytes, workers, direct, sync: durable ? 'full' : 'off', ...BINARY })
}

/** In another worker than the one that opened it: worker 1, 2 and so on. */
export async function joinStore(handle: StoreHandle, worker: number): Promise<BinaryStore> {
  const { attach } = await import('@parperos/buffer-manager')
  return attach(handle, { worker, ...BINARY })
}
