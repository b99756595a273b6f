// A history for people: one line per worker, time from left to right, calls that overlap above one another; and why
// there is no sequence that explains it.
//
//   64 frames, free before: 2 (order 0)
//   worker 0, sab     ├ put 5 of order 0 ─────┤
//   worker 1, native    ├ get 0 → 2 ┤   ├ get 0 → nothing ┤
import { FrameSpecification, type MayRefuse } from './frame-specification.ts'
import { changes, type Block, type History, type Operation } from './history.ts'
import { linearize } from './linearize.ts'

/** The time lines of all workers, and what is known of the frames before and after. */
export function drawHistory(history: History): string {
  const { frames, workers, free, left } = history
  const names = workers.map((name, worker) => `worker ${worker}, ${name}`)
  const width = Math.max(...names.map((name) => name.length))
  const lines = drawCalls(callsOf(history.operations).map(drawn), workers.length)
  return [
    `${frames} frames, free before: ${list(free)}`,
    ...lines.flatMap((line, worker) => (line === '' ? [] : [`${names[worker].padEnd(width)}  ${line}`])),
    ...(left ? [`free after: ${list(left)}`] : []),
  ].join('\n')
}

/** All calls in the order in which they were made, one a line, for histories that are too long to draw. */
export function listHistory({ workers, operations }: History): string {
  const names = workers.map((name, worker) => `worker ${worker}, ${name}`)
  const width = Math.max(...names.map((name) => name.length))
  const lines = callsOf(operations).map(drawn).map(({ worker, invoked, returned, label }) => {
    const time = `${invoked} to ${returned ?? 'the end'}`
    return `${time.padStart(10)}  ${names[worker].padEnd(width)}  ${label}`
  })
  return lines.join('\n')
}

/** Why no sequence explains a history that has none: the longest sequence found, and what stands against each next. */
export function explainFailure(history: History, mayRefuse?: MayRefuse): string {
  const specification = new FrameSpecification(history, mayRefuse)
  const { order } = linearize(history.operations, specification)
  const now = new FrameSpecification(history, mayRefuse)
  for (const operation of order) now.apply(operation)
  const rest = history.operations.filter((operation) => !order.includes(operation))
  const firstReturn = Math.min(...rest.map(({ returned }) => returned ?? Infinity))
  const next = rest.filter(({ invoked }) => invoked <= firstReturn)
  const described = (one: Operation): string =>
    `worker ${one.worker} (${history.workers[one.worker]}): ${words(one)}`
  const sequence = order.map(described).join('; ') || 'nothing'
  return rest.length === 0
    ? [`after all of it: ${sequence}`, ...now.amiss().map(({ frame, found }) => amiss(frame, found))].join('\n')
    : [
        `the longest sequence that was found: ${sequence}`,
        'then nothing can come next:',
        ...next.map((one) => `  not ${described(one)}, since ${now.objection(one) ?? 'no end is right'}`),
      ].join('\n')
}

const amiss = (frame: number, found: 'free' | 'allocated'): string =>
  `  frame ${frame} is ${found}, and nobody ${found === 'free' ? 'gave it back' : 'took it'}`

const list = (blocks: readonly Block[]): string =>
  blocks.map(({ frame, order }) => `${frame} (order ${order})`).join(', ') || 'nothing'

/** One call of a worker: one operation, or all of a batch. */
interface DrawnCall {
  worker: number
  invoked: number
  returned: number | null
  label: string
}

/** Calls by time; each is one operation, or all of a batch: what one worker did at one time. */
function callsOf(operations: readonly Operation[]): Operation[][] {
  const calls = Map.groupBy(operations, ({ worker, invoked }) => `${worker} ${invoked}`)
  return [...calls.values()].sort(([one], [other]) => one.invoked - other.invoked)
}

function drawn(call: readonly Operation[]): DrawnCall {
  const [{ worker, invoked, returned }] = call
  return { worker, invoked, returned, label: call.map(words).join(', ') }
}

function words(operation: Operation): string {
  const { what, order, frame, done, frameClass } = operation
  if (what === 'drain') return 'drain'
  const ofClass = frameClass < 0 ? '' : ` class ${frameClass}`
  const open = operation.returned === null ? ' ?' : ''
  if (what === 'get') return `get ${order}${ofClass} → ${done ? frame : 'nothing'}${open}`
  const answer = what === 'getAt' ? ` → ${done}` : changes(operation) ? '' : ' → not allocated'
  return `${what} ${frame} of order ${order}${ofClass}${answer}${open}`
}

/** Columns are as wide as the labels need; what was at the same time overlaps, what came later is farther right. */
function drawCalls(calls: readonly DrawnCall[], workers: number): string[] {
  const events = calls.flatMap((call) => [
    { time: call.invoked, call, end: false },
    { time: call.returned ?? Infinity, call, end: true },
  ])
  events.sort((one, other) => (one.time === other.time ? Number(one.end) - Number(other.end) : one.time - other.time))
  const starts = new Map<DrawnCall, number>()
  const lines = Array.from({ length: workers }, () => '')
  let column = -2
  for (const { call, end } of events) {
    const start = starts.get(call)
    column = Math.max(column + 2, start === undefined ? 0 : start + call.label.length + 3)
    if (!end) starts.set(call, column)
    else if (start !== undefined) {
      const middle = ` ${call.label} `.padEnd(column - start - 1, '─')
      lines[call.worker] = `${lines[call.worker].padEnd(start)}├${middle}${call.returned === null ? '…' : '┤'}`
    }
  }
  return lines
}
