// The C core under power failures: a program (program/operations.c) does what a recorded worker of the TypeScript core
// did, and says what it stored, flushed and fenced. It has to flush and fence the same, in the same order; and what it
// did is a trace too, whose crash states are examined. Stores between two flushes are seen without their order, which
// is no loss where words go in any order.
import { findCompiler } from '@parperos/cbuild/src/addon.ts'
import { readPackage } from '@parperos/cbuild/src/package.ts'
import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { threadId } from 'node:worker_threads'
import type { Trace, TraceEvent } from '@parperos/power-failure'
import * as L from '../../src/layout.ts'
import type { Begins, Ends, Note } from './hand.ts'
import type { Outcome } from './outcome.ts'
import { examined, recorded, type RunOptions, type Scenario } from './scenario.ts'

const here = join(import.meta.dirname, 'program')

/** In the form that `canTest` asks for. */
export const compiledCore = {
  ...{ component: 'llfree', kind: 'native under power failures' },
  unavailable: () => (findCompiler() ? null : 'there is no C compiler on this machine'),
}

/** Builds the program in a folder, and returns its path; throws with the compiler's messages. */
export function buildProgram(folder: string, macros: readonly string[] = []): string {
  const compiler = findCompiler()
  if (!compiler) throw new Error(String(compiledCore.unavailable()))
  const [{ includes }] = readPackage(fileURLToPath(new URL('../..', import.meta.url))).targets
  const program = join(folder, ['operations', ...macros].join('-'))
  // Its own flush.h comes first.
  const places = [here, ...includes.map(({ path }) => path)].map((path) => `-I${path}`)
  const flags = ['-std=c11', '-D_GNU_SOURCE', '-Wall', '-Wextra', '-Werror', '-O1', '-pthread']
  const defined = macros.map((macro) => `-D${macro}`)
  const args = [...flags, ...defined, ...places, join(here, 'operations.c'), '-o', program]
  execFileSync(compiler.command, [...compiler.args, ...args], { stdio: 'pipe' })
  return program
}

/** A scenario of one worker, done by the C core. */
export function runCompiled(scenario: Scenario, options: RunOptions, program: string): Outcome {
  const { trace, world } = recorded(scenario, options, 0)
  const initial = trace.initial.slice()
  initial[L.headerPersist] = options.medium === 'pages are written' ? L.persistMsync : L.persistFlush
  const file = `${program}-words-${threadId}`
  writeFileSync(file, initial)
  const notes = trace.events.flatMap((event) => (event.type === 'note' ? [event.note] : []))
  const input = notes.flatMap((note) => (note.type === 'begins' ? [commandOf(note)] : [])).join('\n')
  const output = execFileSync(program, [file], { input, encoding: 'utf8', maxBuffer: 1 << 26 })
  const compiled: Trace<Note> = { ...trace, initial, events: eventsOf(output, notes) }
  const outcome = examined(compiled, world, options)
  const [ours, its] = [trace, compiled].map(flushesOf)
  if (options.medium !== 'pages are written' && ours !== its) {
    outcome.failures.push(`${scenario.name}: C flushes\n${its}\nwhere TypeScript flushes\n${ours}`)
  }
  return { ...outcome, recordings: 1 }
}

/** What the program reads: the operation, the slot, the order, and how many frames, or which. */
function commandOf({ operation, worker, order, gives, wants }: Begins): string {
  const blocks = typeof wants === 'object' ? [wants] : gives
  const count = typeof wants === 'number' ? wants : blocks.length
  return [operation, worker, order, count, ...blocks.map(({ frame }) => frame)].join(' ')
}

/** What was flushed and fenced, in one text. */
function flushesOf({ events }: Trace<Note>): string {
  const said = events.flatMap((event) => {
    if (event.type === 'fence') return ['|']
    return event.type === 'flush' ? [`${event.index}+${event.count}`] : []
  })
  return said.join(' ')
}

/** The program's lines as events, with the notes of the recording; throws when it answered something else. */
function eventsOf(output: string, notes: readonly Note[]): TraceEvent<Note>[] {
  const left = [...notes]
  let begun: Begins | undefined
  let ended: Ends | undefined
  return output
    .trim()
    .split('\n')
    .flatMap((line): TraceEvent<Note>[] => {
      const [kind, ...given] = line.split(' ')
      const [index, second, is] = given.map(Number)
      const worker = begun?.worker ?? 0
      switch (kind) {
        case 's':
          return [{ type: 'store', worker, index, was: second, is }]
        case 'f':
          return [{ type: 'flush', worker, index, count: second }]
        case '|':
          return [{ type: 'fence', worker }]
        case 'n': {
          const note = left.shift()
          if (!note) throw new Error('the program did more operations than the recording has')
          if (note.type === 'begins') begun = note
          else ended = note
          return [{ type: 'note', worker: note.worker, note }]
        }
        default:
          requireAnswer(begun, ended, given.map(Number))
          return []
      }
    })
}

function requireAnswer(begun: Begins | undefined, ended: Ends | undefined, [result, ...frames]: number[]): void {
  if (!begun || !ended) throw new Error('the program answered before it did anything')
  const taken = ended.takes.map(({ frame }) => frame)
  const expected = {
    get: () => [taken.at(0) ?? result],
    getAt: () => [taken.length],
    put: () => [0],
    getBatch: () => [taken.length || result, ...taken],
    putBatch: () => [begun.gives.length],
    open: () => [],
  }[begun.operation]()
  const isRefused = begun.operation.startsWith('get') && taken.length === 0 && result > 0
  if (isRefused || expected.join() !== [result, ...frames].join()) {
    const answers = `C answers ${[result, ...frames].join(' ')}, TypeScript ${expected.join(' ')}`
    throw new Error(`${answers} to ${commandOf(begun)}`)
  }
}
