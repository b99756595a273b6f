// Judges one history: it passes when a sequence explains it. If there is none, the error shows the smallest part of it
// that has none either.
import { ConformanceError } from './expect.ts'
import { FrameSpecification, type MayRefuse } from './frame-specification.ts'
import type { History } from './history.ts'
import { linearize } from './linearize.ts'
import { minimize } from './minimize.ts'
import { drawHistory, explainFailure, listHistory } from './timeline.ts'

/**
 * Throws a `ConformanceError` when no sequence explains the history: with time lines of the smallest part that cannot
 * be explained, why not, and the whole in a line that can be handed to this function again. Returns what is free after.
 */
export function checkHistory(history: History, mayRefuse?: MayRefuse, name = 'this history'): History['free'] {
  const specification = new FrameSpecification(history, mayRefuse)
  if (linearize(history.operations, specification).linearizable) return specification.free
  const smallest = minimize(history, mayRefuse)
  const sizes = `${history.operations.length} to ${smallest.operations.length}`
  throw new ConformanceError(
    [
      `${name} is not linearizable; made smaller, from ${sizes} operations:`,
      drawHistory(smallest),
      explainFailure(smallest, mayRefuse),
      'all of it:',
      listHistory(history),
      `to look at it again: checkHistory(${JSON.stringify(history)})`,
    ].join('\n'),
  )
}
