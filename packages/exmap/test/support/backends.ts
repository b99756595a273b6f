// The backends whose areas are page tables, by their kinds: all of them work on the same area at once.
import { canTest } from '@parperos/presets/backends'
import type { ExMapBackend } from '../../src/driver.ts'
import { nativeWith } from '../../src/native.ts'
import { sab } from '../../src/sab.ts'
import { wasm } from '../../src/wasm.ts'

/** The native core, without what only an operating system can do. */
const native = nativeWith({ way: 'table' })

export const backends = { sab, wasm, native } satisfies Record<string, ExMapBackend>

export type Kind = keyof typeof backends

/** Those that can run here. */
export const kinds = Object.values(backends)
  .filter((backend) => canTest(backend))
  .map(({ kind }) => kind)
