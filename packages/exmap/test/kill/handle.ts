// The handle of an area that is found by its name: what another process can make of the memory alone.
import type { Memory, PageAreaHandle } from '@parperos/alloc-api'
import { COMPONENT } from '../../src/header.ts'
import * as L from '../../src/layout.ts'

export function handleIn(memory: Memory, path: string): PageAreaHandle {
  const find = (name: string) => {
    const region = memory.find(name)
    if (!region) throw new Error(`this memory has no Region ${name}`)
    return region.handle
  }
  return {
    component: COMPONENT,
    layoutVersion: L.version,
    region: find(COMPONENT),
    stacks: find(`${COMPONENT}-stacks`),
    pool: find('pool'),
    area: null,
    file: { path },
  }
}
