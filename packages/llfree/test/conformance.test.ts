// The suite that every frame allocator runs, on each backend: in memories of WebAssembly, and where the kind of memory
// makes a difference in others too.
import { createMemory, type BackendKind } from '@parperos/alloc-api'
import { frameAllocatorSuite } from '@parperos/alloc-api/conformance'
import { canTest } from '@parperos/presets/backends'
import { describe, it } from 'vitest'
import { backends } from './support/backends.ts'
import { kinds } from './support/kinds.ts'

function conforms(kind: BackendKind, memoryKind: BackendKind): void {
  const name = `llfree/${kind}`
  describe(`${name} in a memory of kind ${memoryKind}`, () => {
    const memory = (bytes: number) => createMemory({ backend: memoryKind, bytes })
    for (const check of frameAllocatorSuite({ name, backend: backends[kind], memory })) it(check.name, check.run)
  })
}

for (const kind of kinds) conforms(kind, 'wasm')
if (canTest(backends.native)) {
  conforms('native', 'sab')
  conforms('native', 'native')
}
