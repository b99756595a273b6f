// Making a history that no sequence explains smaller. An operation cannot simply be left out: without the `put` of a
// block the next `get` of it looks like a double hand-out, and any history would shrink to such a pair. Every step here
// is sound: it keeps a history explainable that was, so if what remains cannot be explained, neither can the whole.
//
//   cut     what was called after some moment is left out, what had not returned then may have happened or not (a
//           prefix of an explainable history is explainable)
//   fold    what was over before anything overlapped becomes part of what was free before (fold.ts)
//   forget  an operation that changed nothing is left out: no other one needs it
//   freeze  a block, beyond which none of the operations reached that took or gave part of it, stays allocated all the
//           time, and those are left out: for all the others less is free than was, which refuses them nothing that
//           they were given, and explains what they were refused
import { fold } from './fold.ts'
import { FrameSpecification, misplaced, type MayRefuse } from './frame-specification.ts'
import { ALLOCATED, changes, framesOf, freeOf, overlap, type Block, type History, type Operation } from './history.ts'
import { linearize } from './linearize.ts'

/** The smallest history of a few sound steps that still has no explanation. `history` must have none. */
export function minimize(history: History, mayRefuse?: MayRefuse): History {
  const fails = (smaller: History): boolean =>
    !linearize(smaller.operations, new FrameSpecification(smaller, mayRefuse)).linearizable
  // Blocks that cannot be are nothing that the steps could reckon with; one of them is the whole matter.
  const wrong = history.operations.find((one) => namesBlock(one) && misplaced(history.frames, one) !== null)
  if (wrong) return { ...history, operations: [wrong] }
  let smallest = cut(history, fails)
  // When only what was left in the end is wrong, whoever changed it should stay to be seen.
  const foldings: Step = (history) => (history.left ? [] : shorter(history, fold(history, mayRefuse)))
  for (let size = Infinity; smallest.operations.length < size;) {
    size = smallest.operations.length
    for (const step of [freezings, foldings, forgettings]) smallest = descend(smallest, step, fails)
  }
  return smallest
}

/** All histories that one step makes of a history. */
type Step = (history: History) => Iterable<History>

/** Takes steps for as long as one of them leads to a history that fails. */
function descend(history: History, step: Step, fails: (history: History) => boolean): History {
  for (const smaller of step(history)) if (fails(smaller)) return descend(smaller, step, fails)
  return history
}

/** The shortest prefix that fails; the whole when it takes what was left in the end to see that something is wrong. */
function cut(history: History, fails: (history: History) => boolean): History {
  for (const prefix of prefixes(history)) if (fails(prefix)) return prefix
  return history
}

/** One for each return, from the first on. */
export function* prefixes(history: History): Generator<History> {
  const ends = history.operations.flatMap(({ returned }) => returned ?? []).sort((one, other) => one - other)
  for (const end of ends) yield prefix(history, end)
}

function prefix({ left: _left, ...history }: History, end: number): History {
  const operations = history.operations
    .filter(({ invoked }) => invoked <= end)
    .map((operation) => ((operation.returned ?? Infinity) > end ? { ...operation, returned: null } : operation))
  return { ...history, operations }
}

/** The other history, if it has fewer operations. */
const shorter = (history: History, other: History): History[] =>
  other.operations.length < history.operations.length ? [other] : []

/** One for each operation that may be left out because it changed nothing. */
export function* forgettings(history: History): Generator<History> {
  for (const one of history.operations) if (!changes(one)) yield without(history, (operation) => operation === one)
}

/** One for each block that operations changed and none reached beyond, and for each free block that nobody changed. */
export function* freezings(history: History): Generator<History> {
  const changed = history.operations.filter(changes)
  const largest = changed.filter((one) => !changed.some((other) => other.order > one.order && overlap(one, other)))
  const blocks = new Map(largest.map((block) => [block.frame, block]))
  for (const block of blocks.values()) yield frozen(history, block)
  for (const block of history.free) if (!changed.some((one) => overlap(one, block))) yield frozen(history, block)
}

function frozen(history: History, block: Block): History {
  const { frames, free, left } = history
  // What changed nothing can reach beyond the block; it goes too when it named part of it.
  const rest = without(history, (operation) => namesBlock(operation) && overlap(operation, block))
  const less = { ...rest, free: withoutBlock(frames, free, block) }
  return left ? { ...less, left: withoutBlock(frames, left, block) } : less
}

const namesBlock = ({ what, done }: Operation): boolean => what !== 'drain' && (what !== 'get' || done)

function without(history: History, left: (operation: Operation) => boolean): History {
  return { ...history, operations: history.operations.filter((operation) => !left(operation)) }
}

/** The free blocks when this one is allocated too. */
function withoutBlock(frames: number, free: readonly Block[], { frame, order }: Block): Block[] {
  return freeOf(framesOf(frames, free).fill(ALLOCATED, frame, frame + 2 ** order))
}
