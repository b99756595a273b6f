// The suite that every frame allocator runs, on each backend: in memories of WebAssembly, and where the kind of memory
// makes a difference in others too.
import { createMemory, type BackendKind } from '@parperos/alloc-api'
import { frameAllocatorSuite } from '@parperos/alloc-api/conformance'
import { describe, it } from 'vitest'
import { backends, kinds } from './support/backends.ts'

function conforms(kind: BackendKind, memoryKind: BackendKind): void {
  const name = `llfree/${kind}`
  describe(`${name} in a memory of kind ${memoryKind}`, () => {
    const memory = (bytes: number) => createMemory({ backend: memoryKind, bytes })
    for (const check of frameAllocatorSuite({ name, backend: backends[kind], memory })) it(check.name, check.run)
  })
}

for (const kind of kinds) conforms(kind, 'wasm')
conforms('native', 'sab')
conforms('native', 'native')
