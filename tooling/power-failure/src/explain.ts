// A crash state in words: where the power failed, what was lost, and what would have come next.
import type { CrashState, Doubt } from './crash-state.ts'
import type { StoreEvent, TraceEvent } from './trace.ts'

export interface ExplainOptions {
  /** What a word is for, to stand in the place of `word 83`. */
  name?: (index: number) => string
}

/** Several lines about a crash state; the first has the line that leads back to it. */
export function explain(state: CrashState, { name = (index) => `word ${index}` }: ExplainOptions = {}): string {
  const { point, notes, model, trace } = state
  const { events } = trace
  const numbers = new Map(events.map((event, number) => [event, number]))
  const numbered = (event: TraceEvent): string => `  #${numbers.get(event)} ${describe(event, name)}${siteOf(event)}`
  const unitName = model.reorder === 'words' ? 'word' : 'line'
  const about = ({ unit, certain, stores, arrived }: Doubt): string[] => [
    `${unitName} ${unit.number}: ${arrived - certain} of ${stores - certain} stores in doubt arrived; lost:`,
    ...unit.stores.slice(arrived, stores).map(numbered),
  ]
  const lost = state.short.flatMap(about)
  return [
    `the power fails after ${point} of ${events.length} events: ${state.toString()}`,
    ...(notes.length > 0 ? [`the last note before it: ${inShort(notes.at(-1))}`] : []),
    ...(lost.length > 0 ? lost : ['every store before it arrived']),
    ...(point > 0 ? ['the last event before it:', numbered(events[point - 1])] : []),
    ...(point < events.length ? ['the next event would have been:', numbered(events[point])] : []),
  ].join('\n')
}

function describe(event: TraceEvent, name: (index: number) => string): string {
  const who = `worker ${event.worker}`
  switch (event.type) {
    case 'store':
      return `${who}: ${name(event.index)} ${values(event)}`
    case 'flush':
      return `${who}: flush of ${event.count} words from ${name(event.index)} on`
    case 'fence':
      return `${who}: fence`
    case 'note':
      return `${who}: note ${inShort(event.note)}`
  }
}

const LENGTH = 200

/** A note, or its beginning. */
function inShort(note: unknown): string {
  const text = JSON.stringify(note)
  return text.length > LENGTH ? `${text.slice(0, LENGTH)}…` : text
}

const values = ({ was, is }: StoreEvent): string => `${hex(was)} → ${hex(is)}`

const hex = (word: number): string => `0x${(word >>> 0).toString(16)}`

const OURS = /\/tooling\/(?:observe|power-failure)\/src\/|\(?node:/

/** The place in the program: the first one on the stack that is no part of the recording. */
function siteOf({ site }: TraceEvent): string {
  const frames = site?.stack?.split('\n').filter((line) => /^\s+at /.test(line)) ?? []
  const frame = frames.find((line) => !OURS.test(line))
  const place = /([^/\s(]+:\d+):\d+\)?$/.exec(frame ?? '')
  return place ? `  (${place[1]})` : ''
}
