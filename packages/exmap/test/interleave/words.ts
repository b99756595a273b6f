// What the words of an area are called in printed schedules.
import type { Geometry } from '../../src/geometry.ts'
import * as L from '../../src/layout.ts'

const state = [
  ...['lock', 'operation', 'count of runs', 'run', 'offset', 'phase', 'claiming', 'held', 'bundles', 'resident'],
  ...['resident next', 'refilling', 'returning', 'dry'],
]

export function nameOfWord(shape: Geometry, index: number): string {
  if (index >= shape.wordsTotal) return 'the flag'
  if (index >= shape.tableAt) return `page ${index - shape.tableAt}`
  if (index >= shape.bundlesAt) {
    const bundle = Math.floor((index - shape.bundlesAt) / shape.bundleWords)
    const word = (index - shape.bundlesAt) % shape.bundleWords
    return word === L.bundleFill ? `fill of bundle ${bundle}` : `frame ${word - L.bundleHeaderWords} of bundle ${bundle}`
  }
  if (index >= shape.interfacesAt) {
    const slot = Math.floor((index - shape.interfacesAt) / shape.interfaceWords)
    const word = (index - shape.interfacesAt) % shape.interfaceWords
    return `${state[word] ?? `word ${word}`} of slot ${slot}`
  }
  return index >= shape.shelfAt ? `owner of bundle ${index - shape.shelfAt}` : `header word ${index}`
}
