// What the words of an allocator are called in printed schedules.
import type { Geometry } from '../../src/geometry.ts'
import * as L from '../../src/layout.ts'

export function nameOfWord(shape: Geometry, index: number): string {
  if (index >= shape.bitsAt) {
    const row = index - shape.bitsAt
    return `row ${row % L.rows} of huge frame ${Math.floor(row / L.rows)}`
  }
  if (index >= shape.childrenAt) {
    const child = (index - shape.childrenAt) * 2
    return `counters of huge frames ${child} and ${child + 1}`
  }
  if (index >= shape.treesAt) return `tree ${index - shape.treesAt}`
  if (index >= shape.localsAt) return nameInLocal(shape, index - shape.localsAt)
  return index >= shape.ownersAt ? `owner of slot ${index - shape.ownersAt}` : `header word ${index}`
}

function nameInLocal({ classes }: Geometry, offset: number): string {
  const local = Math.floor(offset / L.localWords)
  const word = offset % L.localWords
  const slot = Math.floor(local / classes)
  if (word === L.localReservation) return `reservation of slot ${slot}, class ${local % classes}`
  if (word === L.localLedger) return `ledger of slot ${slot}`
  return `hint of slot ${slot} for order ${word - L.localHints}`
}
