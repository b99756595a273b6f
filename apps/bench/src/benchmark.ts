// From options to outputs: checks what the caller wants, runs the suites, writes the table and the files.
import { readFileSync } from 'node:fs'
import { relative } from 'node:path'
import { styleText } from 'node:util'
import type { BackendKind } from '@parperos/alloc-api'
import { availability } from './availability.ts'
import { backendKinds } from './compose.ts'
import { busyWarning, commitHere } from './machine.ts'
import { measureCell } from './measure/spawn.ts'
import { prepareOutputs, outputsOf, writeWhole, type OutputOptions, type Outputs } from './output.ts'
import { Progress } from './progress.ts'
import { htmlOf } from './report/html.ts'
import type { Report } from './report/schema.ts'
import { tableOf } from './report/table.ts'
import { Misuse } from './misuse.ts'
import { plansOf, run } from './run.ts'
import type { Plan, Settings, Suite } from './suites/suite.ts'

export interface BenchmarkOptions extends OutputOptions {
  quick?: true
  backend?: BackendKind[]
  workers?: number[]
  seed: number
  timeMs?: number
  only?: string
  list?: true
  dir?: string
}

const ROUNDS = { quick: 5, normal: 7 }
const TIME_MS = { quick: 12, normal: 100 }

/** Runs suites as the options say; returns the exit code. Throws `Misuse`. */
export async function benchmark(
  { name, suites, writes }: { name: string; suites: readonly Suite[]; writes: boolean },
  options: BenchmarkOptions,
): Promise<number> {
  const cwd = process.cwd()
  const outputs = outputsOf(options, { always: writes, cwd })
  const { runnable, skipped } = await availability(options.backend ?? [])
  const kind = options.quick ? 'quick' : 'normal'
  const settings: Settings = {
    quick: kind === 'quick',
    timeMs: options.timeMs ?? TIME_MS[kind],
    rounds: ROUNDS[kind],
    seed: options.seed,
    workers: options.workers ?? [1, 2],
    backends: options.backend ?? backendKinds,
    dir: options.dir,
    cwd,
    runnable,
  }
  const plans = chosen(await plansOf(suites, settings), options.only)
  if (options.list) {
    const labels = plans.flatMap(({ measurements }) => measurements.map(({ cell }) => cell.label))
    process.stdout.write(`${labels.join('\n')}\n`)
    return 0
  }
  prepareOutputs(outputs)

  const progress = new Progress(process.stderr)
  for (const { allocator, backend, reason } of skipped) progress.say(`skips ${allocator}/${backend}: ${reason}`)
  const report = await run(plans, settings, {
    command: name,
    commit: commitHere(),
    skipped,
    measure: (cell) => measureCell(cell),
    onCell: (cell, index, count) => progress.cell(cell, index, count),
    onLoad: (load) => {
      const warning = busyWarning(load)
      if (warning !== null) progress.say(warning)
    },
  })
  progress.clear()
  write(report, outputs)
  for (const { cell, message } of report.failures) progress.say(`failed: ${cell}: ${message}`)
  return report.failures.length > 0 ? 1 : 0
}

function chosen(plans: readonly Plan[], only: string | undefined): readonly Plan[] {
  if (only === undefined) return plans
  const those = plans.map(({ measurements, notes }) => ({
    measurements: measurements.filter(({ cell }) => cell.label.includes(only)),
    notes,
  }))
  if (those.every(({ measurements }) => measurements.length === 0)) {
    throw new Misuse(`nothing that would be measured has ${JSON.stringify(only)} in its name: --list names all of it`)
  }
  return those
}

function write(report: Report, { json, html, jsonOnStdout }: Outputs): void {
  const text = `${JSON.stringify(report, null, 2)}\n`
  process.stdout.write(jsonOnStdout ? text : coloured(tableOf(report)))
  if (json !== undefined) writeWhole(json, text)
  if (html !== undefined) {
    const script = readFileSync(new URL('./page/page.js', import.meta.url), 'utf8')
    writeWhole(html, htmlOf(report, script))
  }
  const written = [json, html].filter((file) => file !== undefined)
  // With JSON on stdout, nothing else may stand there.
  const stream = jsonOnStdout ? process.stderr : process.stdout
  for (const file of written) stream.write(`report: ${relative(process.cwd(), file)}\n`)
}

/** On a terminal that shows colours. */
const coloured = (table: string): string =>
  table
    .replace(/✓ reached/g, (text) => styleText('green', text))
    .replace(/✗ not reached|^FAILED|\d+ WRONG/gm, (text) => styleText('red', text))
