// The suite that every page area runs, on each backend; the native one in every way of the operating system that works here.
import { createMemory, type PageAreaBackend } from '@parperos/alloc-api'
import { pageAreaSuite } from '@parperos/alloc-api/conformance'
import { sab as llfree } from '@parperos/llfree/sab'
import { describe, it } from 'vitest'
import { nativeWith } from '../src/native.ts'
import { backends, kinds } from './support/backends.ts'
import { mappedWays } from './support/native-probe.ts'

function conforms(name: string, backend: PageAreaBackend): void {
  describe(name, () => {
    const memory = (bytes: number) => createMemory({ backend: 'wasm', bytes })
    for (const check of pageAreaSuite({ name, backend, memory, frames: llfree })) it(check.name, check.run)
  })
}

for (const kind of kinds) conforms(`exmap/${kind} with page tables`, backends[kind])
for (const way of mappedWays) conforms(`exmap/native, pages mapped in the way '${way}'`, nativeWith({ way }))
