// All three backends by their kinds.
import type { LLFreeBackend } from '../../src/index.ts'
import { native } from '../../src/native.ts'
import { sab } from '../../src/sab.ts'
import { wasm } from '../../src/wasm.ts'

export const backends = { sab, wasm, native } satisfies Record<string, LLFreeBackend>
