// Memories that other processes can have too, and a futex that reaches across them. Node only; Linux for now.
import { ParperosError } from './errors.ts'
import { PAGE_BYTES } from './memory/directory.ts'
import { roundedBytes, type MemoryBackend } from './memory/memory.ts'
import type { Region } from './memory/region.ts'
import { MAX_WASM_BYTES, WASM_PAGE_BYTES } from './wasm.ts'
import { loadNative, nativeUnavailable, system } from './native/addon.ts'
import {
  createNativeMemory,
  openNativeMemory,
  type NativeMemory,
  type NativeMemoryOptions,
  type OpenMemoryOptions,
} from './native/memory.ts'

export { NativeMemory, type NativeMemoryOptions, type OpenMemoryOptions } from './native/memory.ts'

/** What V8 lets a growable buffer have. */
const MAX_BYTES = 2 ** 40

export const native: MemoryBackend<NativeMemoryOptions, NativeMemory> = {
  kind: 'native',
  component: 'memory',
  unavailable: () => nativeUnavailable(import.meta.url),
  async create({ bytes, path }) {
    const unit = bytes > MAX_WASM_BYTES ? PAGE_BYTES : WASM_PAGE_BYTES
    return createNativeMemory(roundedBytes(bytes, unit, MAX_BYTES), path, import.meta.url)
  },
}

/**
 * The memory behind a descriptor that this process inherited, or behind a file (`/proc/<pid>/fd/<n>` names another
 * process's memfd). Its Regions are found by name. Throws `BAD_SIZE`, `BAD_MAGIC` or `BAD_VERSION` for other bytes.
 */
export async function openMemory(options: OpenMemoryOptions): Promise<NativeMemory> {
  return openNativeMemory(options, import.meta.url)
}

const outcomes = ['ok', 'not-equal', 'timed-out'] as const

/** More milliseconds than that (thirty years) are for ever. */
const FOREVER_MS = 1e12

/**
 * Sleeps while word `index` of a Region holds `expected`, at most `timeoutMs` milliseconds (futex(2)). Unlike
 * `Atomics.wait`, a wake from another process that shares the memory ends it. Wakes may be spurious: check and repeat.
 * Blocks the calling thread.
 */
export function futexWait(
  region: Region,
  index: number,
  expected: number,
  timeoutMs = Infinity,
): 'ok' | 'not-equal' | 'timed-out' {
  if (!(timeoutMs >= 0)) {
    throw new ParperosError('BAD_OPTION', `a timeout is 0 or more milliseconds, or Infinity, got ${timeoutMs}`)
  }
  const limit = timeoutMs > FOREVER_MS ? -1 : timeoutMs
  const words = wordsWith(region, index)
  const outcome = system('futex wait', () => loadNative(import.meta.url).futexWait(words, index, expected, limit))
  return outcomes[outcome] ?? 'ok'
}

/** Wakes at most `count` sleepers on word `index`, in all processes that share the memory; returns how many. */
export function futexWake(region: Region, index: number, count = 2 ** 31 - 1): number {
  const words = wordsWith(region, index)
  return system('futex wake', () => loadNative(import.meta.url).futexWake(words, index, count))
}

function wordsWith(region: Region, index: number): Int32Array {
  if (!Number.isInteger(index) || index < 0 || index * 4 >= region.byteLength) {
    throw new ParperosError('BAD_OPTION', `word ${index} is outside of a Region of ${region.byteLength} bytes`)
  }
  return region.words()
}

/**
 * Starts the write-back of the cache lines of `count` words from `index` on (CLWB, CLFLUSHOPT or CLFLUSH; DC CVAC on Arm).
 * On persistent memory they are durable once {@link persistFence} has returned.
 */
export function flushWords(words: Int32Array, index: number, count: number): void {
  loadNative(import.meta.url).flushWords(words, index, count)
}

/** Waits for all that this thread has flushed (SFENCE; DSB). */
export function persistFence(): void {
  loadNative(import.meta.url).persistFence()
}

/**
 * Writes the pages of `count` words from `index` on to the medium of the file behind them, and waits (msync(2), MS_SYNC).
 * Throws `SYSTEM`, for instance when the words are not in a mapping.
 */
export function syncWords(words: Int32Array, index: number, count: number): void {
  system('msync', () => loadNative(import.meta.url).syncWords(words, index, count))
}
