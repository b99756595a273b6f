// The suite that every frame allocator runs, on each backend: in memories of WebAssembly, and where the kind of memory
// makes a difference in others too.
import { createMemory, type BackendKind } from '@parperos/alloc-api'
import { frameAllocatorSuite } from '@parperos/alloc-api/conformance'
import { canTest } from '@parperos/presets/backends'
import { describe, it } from 'vitest'
import type { BuddyBackend } from '../src/index.ts'
import { backends } from './support/backends.ts'
import { kinds } from './support/kinds.ts'

function conforms(backend: BuddyBackend, kind: BackendKind): void {
  describe(`buddy/${backend.kind} in a memory of kind ${kind}`, () => {
    const memory = (bytes: number) => createMemory({ backend: kind, bytes })
    for (const { name, run } of frameAllocatorSuite({ name: `buddy/${backend.kind}`, backend, memory })) it(name, run)
  })
}

for (const kind of kinds) conforms(backends[kind], 'wasm')
if (canTest(backends.native)) conforms(backends.native, 'sab')
