// Shortening a history at its start. What was over before anything else was called comes first in every sequence, and
// its answers say what it changed; so it can be left out when what was free before is changed accordingly. One after
// the other this takes away everything that happened before the moment which matters.
import { FrameSpecification, type MayRefuse } from './frame-specification.ts'
import type { History, Operation } from './history.ts'
import { linearize } from './linearize.ts'

/** The same history from the first moment on that cannot be explained by itself. */
export function fold(history: History, mayRefuse?: MayRefuse): History {
  const { left: _left, ...before } = history
  const specification = new FrameSpecification(before, mayRefuse)
  const clusters = clustersOf(history.operations)
  const first = clusters.findIndex((cluster) => !linearize(cluster, specification).linearizable)
  const rest = first < 0 ? [] : clusters.slice(first).flat()
  if (rest.length === history.operations.length) return history
  return { ...history, free: specification.free, operations: rest }
}

/** By time, operations that overlap one another, directly or through others; between clusters nobody was inside. */
function clustersOf(operations: readonly Operation[]): Operation[][] {
  const clusters: Operation[][] = []
  let end = -Infinity
  for (const operation of operations.toSorted((one, other) => one.invoked - other.invoked)) {
    if (operation.invoked > end) clusters.push([])
    clusters.at(-1)?.push(operation)
    end = Math.max(end, operation.returned ?? Infinity)
  }
  return clusters
}
