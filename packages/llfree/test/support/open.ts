// Opening allocators for tests: in memories large enough for what is asked, with several workers at once.
import { createMemory, Region, type BackendKind, type FrameAllocator, type Memory } from '@parperos/alloc-api'
import { STACK_BYTES } from '@parperos/alloc-api/driver'
import { LLFree, type LLFreeConfig, type LLFreeInstance } from '../../src/index.ts'
import { geometry } from '../../src/geometry.ts'
import * as L from '../../src/layout.ts'
import { backends } from './backends.ts'

export type Options = Omit<LLFreeConfig, 'memory'>

/** A memory with room for one such allocator, whatever its policy. */
export function memoryFor({ frames, slots = 1 }: Options, kind: BackendKind = 'wasm'): Promise<Memory> {
  const { wordsTotal } = geometry(frames, slots, L.maxClasses, L.minTreeShift)
  return createMemory({ backend: kind, bytes: wordsTotal * 4 + slots * STACK_BYTES + (64 << 10) })
}

/** A new allocator in a memory of its own; the caller is slot 0. */
export async function open(kind: BackendKind, options: Options): Promise<LLFreeInstance> {
  return await LLFree.open({ backend: backends[kind], memory: await memoryFor(options), ...options })
}

/** A worker of each kind, on slots 0, 1, …, of a new allocator. */
export async function openFor(kinds: readonly BackendKind[], options: Options): Promise<LLFreeInstance[]> {
  const first = await open(kinds[0], { slots: kinds.length, ...options })
  const { handle } = first
  const others = kinds.slice(1).map((kind, i) => LLFree.attach({ backend: backends[kind], handle, slot: i + 1 }))
  return [first, ...(await Promise.all(others))]
}

/** The allocator's words. */
export const wordsOf = ({ handle }: FrameAllocator): Int32Array => Region.from(handle.region).words()
