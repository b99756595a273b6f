// The functions of alloc-api's own addon (csrc/addon.c), and its errors as coded ones.
import { addonUnavailable, loadAddon } from '../driver/native-core.ts'
import { ParperosError } from '../errors.ts'

interface Addon {
  memfd(name: Uint8Array, bytes: number): number
  mapShared(view: Uint8Array, fd: number): number
  futexWait(words: Int32Array, index: number, expected: number, timeoutMs: number): number
  futexWake(words: Int32Array, index: number, count: number): number
  flushWords(words: Int32Array, index: number, count: number): void
  syncWords(words: Int32Array, index: number, count: number): void
  persistFence(): void
}

/** Null when this platform's addon is there, else why not. `base`: the `import.meta.url` of `native.ts`. */
export function nativeUnavailable(base: string): string | null {
  return addonUnavailable(base, 'alloc-api')
}

export const loadNative = (base: string): Addon => loadAddon<Addon>(base, 'alloc-api')

/** Calls into the operating system; its refusal becomes `SYSTEM` with what was being done. */
export function system<Result>(doing: string, call: () => Result): Result {
  try {
    return call()
  } catch (cause) {
    if (cause instanceof ParperosError) throw cause
    const text = cause instanceof Error ? cause.message : String(cause)
    throw new ParperosError('SYSTEM', `${doing}: ${text}`, { cause })
  }
}
