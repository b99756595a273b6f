#!/usr/bin/env node
// The command line: `parperos-bench <suite|all|start> [options]`. The table and the files' names go to stdout,
// everything else to stderr.
//
//   exit code 0  measured      1  a measurement or a checksum failed      2  misuse, and nothing was done
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander'
import type { BackendKind } from '@parperos/alloc-api'
import { benchmark, type BenchmarkOptions } from './benchmark.ts'
import { backendKinds } from './compose.ts'
import { Misuse } from './misuse.ts'
import { jsonSchema } from './report/schema.ts'
import { suites } from './suites/index.ts'
import type { Suite } from './suites/suite.ts'

interface Bundle {
  name: string
  about: string
  suites: readonly Suite[]
  /** Writes report files even when none is named. */
  writes: boolean
}

const mainSuites = suites.filter(({ main }) => main)
const bundles: Bundle[] = [
  ...suites.map((suite) => ({ name: suite.name, about: suite.about, suites: [suite], writes: false })),
  { name: 'all', about: 'every suite; writes reports/parperos-bench.{json,html}', suites, writes: true },
  {
    name: 'start',
    about: `the main job, ${mainSuites.map(({ name }) => name).join(' and ')}; writes the same files`,
    suites: mainSuites,
    writes: true,
  },
]

function wholeNumber(what: string, from: number, to: number): (text: string) => number {
  return (text) => {
    const value = /^\d+$/.test(text) ? Number(text) : NaN
    if (value >= from && value <= to) return value
    throw new InvalidArgumentError(`${what} is a whole number from ${from} to ${to}.`)
  }
}

function backend(text: string, before: BackendKind[] | undefined): BackendKind[] {
  const kind = backendKinds.find((one) => one === text)
  if (!kind) throw new InvalidArgumentError(`There are ${backendKinds.join(', ')}.`)
  return [...new Set([...(before ?? []), kind])]
}

function workers(text: string, before: number[] | undefined): number[] {
  const count = wholeNumber('The number of workers', 1, 64)(text)
  return [...new Set([...(before ?? []), count])].sort((a, b) => a - b)
}

function commandOf(bundle: Bundle): Command {
  const command = new Command(bundle.name)
    .description(bundle.about)
    .option('--quick', 'smaller memories and fewer, shorter rounds: well under a minute in all')
    .option(
      '--json <file>',
      'write the report as JSON, and as HTML next to it; - writes JSON to stdout instead of the table',
    )
    .option('--html <file>', 'write the HTML report here')
    .option('--no-html', 'write no HTML report')
    .addOption(
      new Option('--backend <kind>', `only this one (may be repeated): ${backendKinds.join(', ')}`).argParser(backend),
    )
    .addOption(
      new Option('--workers <count>', 'with this many workers (may be repeated), 1 to 64')
        .argParser(workers)
        .default(undefined, '1 and 2'),
    )
    .option('--seed <number>', 'what random choices start from', wholeNumber('A seed', 0, 2 ** 32 - 1), 1)
    .addOption(
      new Option('--time-ms <ms>', 'how long one round of one measurement takes, about')
        .argParser(wholeNumber('A round in milliseconds', 1, 10_000))
        .default(undefined, '100, with --quick 12'),
    )
    .option('--only <text>', 'measure only what has this in its line of --list')
    .option('--list', 'list what would be measured and stop')
  if (bundle.suites.some(({ takesDirectory }) => takesDirectory)) {
    command.option('--dir <dir>', "the real files of the file cache (default: the project's node_modules)")
  }
  return command.action(async (options: BenchmarkOptions) => {
    process.exitCode = await benchmark(bundle, options)
  })
}

function commandLine(): Command {
  const program = new Command('parperos-bench')
    .description('Measures allocators, page areas and stores on all backends; writes a table, JSON and HTML.')
    .option('--schema', 'print the JSON Schema of the report and stop')
    .usage('<suite|all|start> [options]')
    // A word that names no command ends up here, with whatever options follow it.
    .argument('[suite]')
    .allowExcessArguments()
    .allowUnknownOption()
    .configureHelp({ visibleArguments: () => [] })
    .action((suite: string | undefined, { schema }: { schema?: true }) => {
      const names = bundles.map(({ name }) => name).join(', ')
      if (suite !== undefined) throw new Misuse(`there is no suite ${JSON.stringify(suite)}; there are ${names}`)
      if (!schema) throw new Misuse(`name a suite: ${names} (--help tells more)`)
      process.stdout.write(`${JSON.stringify(jsonSchema(), null, 2)}\n`)
    })
  for (const bundle of bundles) program.addCommand(commandOf(bundle))
  for (const each of [program, ...program.commands]) {
    // One line for every mistake, written below.
    each
      .exitOverride()
      .configureOutput({ outputError: () => undefined })
      .showSuggestionAfterError(false)
  }
  return program
}

const complain = (message: string): void => {
  process.stderr.write(`parperos-bench: ${message.replaceAll('\n', ' ')}\n`)
}

// Whoever reads the table may stop reading.
process.stdout.on('error', ({ code }: NodeJS.ErrnoException) => {
  if (code !== 'EPIPE') throw new Error(`standard output cannot be written: ${code ?? 'unknown error'}`)
})

try {
  await commandLine().parseAsync()
} catch (error) {
  if (error instanceof CommanderError) {
    if (error.exitCode !== 0) complain(`${error.message.replace(/^error: /, '')} (--help tells more)`)
    process.exitCode = error.exitCode === 0 ? 0 : 2
  } else if (error instanceof Misuse) {
    complain(error.message)
    process.exitCode = 2
  } else throw error
}
