#!/usr/bin/env node
// The command line of cbuild: what is asked for, what a person or a program reads about it, and the exit code.
//
//   0  done      1  the build failed, a header is stale, or CI has no C compiler      2  misuse
import { Command, CommanderError } from 'commander'
import { build, type Output } from './build.ts'
import { BuildError, UsageError } from './errors.ts'
import { explain, staleHeaders, writeHeaders } from './headers.ts'
import { readPackage } from './package.ts'

const cwd = process.cwd()
const say = (line: string) => process.stdout.write(`${line}\n`)
const warn = (line: string) => process.stderr.write(`${line}\n`)
const sayJson = (value: unknown) => say(JSON.stringify(value, null, 2))

interface BuildOptions {
  force?: boolean
  json?: boolean
}

interface HeadersOptions {
  check?: boolean
  json?: boolean
}

async function buildCommand({ force = false, json = false }: BuildOptions): Promise<number> {
  const cPackage = readPackage(cwd)
  const report = await build(cPackage, {
    force,
    onHeader: (file) => json || say(`wrote ${file}`),
    onOutput: (output) => json || output.status !== 'built' || say(builtLine(output)),
  })
  const changed = report.outputs.filter(({ status }) => status !== 'up to date')
  const missing = changed.filter(({ status }) => status === 'no compiler').map(({ name }) => name)
  if (json) sayJson(report)
  else if ([...report.headers, ...changed].length === 0) say('up to date')
  if (missing.length === 0) return 0
  const tried = process.env.CC ? `CC=${process.env.CC}` : 'cc'
  warn(
    `cbuild: the native backend of ${missing.join(' and ')} was not built, since there is no C compiler (${tried} ` +
      'does not run): install gcc or clang and run again',
  )
  return process.env.CI ? 1 : 0
}

async function headersCommand({ check = false, json = false }: HeadersOptions): Promise<number> {
  const cPackage = readPackage(cwd)
  if (check) {
    const stale = await staleHeaders(cPackage)
    if (json) sayJson({ package: cPackage.name, stale })
    else if (stale.length === 0) say('up to date')
    else for (const header of stale) say(explain(header, cPackage, cwd))
    return stale.length === 0 ? 0 : 1
  }
  const written = await writeHeaders(cPackage)
  if (json) sayJson({ package: cPackage.name, headers: written })
  else if (written.length === 0) say('up to date')
  else for (const file of written) say(`wrote ${file}`)
  return 0
}

function builtLine({ file, sizeBytes, timeMs }: Output): string {
  return `built ${file}  ${((sizeBytes ?? 0) / 1024).toFixed(1)} KiB in ${(timeMs / 1000).toFixed(1)} s`
}

function commandLine(): Command {
  const program = new Command('cbuild')
    .description(
      "Turns a package's C into one WebAssembly module and one Node-API addon, and its layout tables (TypeScript)\n" +
        'into C headers. Run it in the package\'s folder; "cbuild" in its package.json says what to build.',
    )
    .exitOverride()
    .showHelpAfterError('(cbuild --help tells more)')
  const finish = (code: number) => {
    process.exitCode = code
  }
  program
    .command('build', { isDefault: true })
    .description('headers, then every .wasm and .node whose sources changed (the default command)')
    .option('--force', 'build even what is up to date')
    .option('--json', 'print one JSON object: { package, headers, outputs }')
    // The default command also receives the words that name no command.
    .allowExcessArguments()
    .action(async (options: BuildOptions, command: Command) => {
      const [word] = command.args as (string | undefined)[]
      if (word !== undefined) command.error(`error: unknown command or argument '${word}': expected build or headers`)
      finish(await buildCommand(options))
    })
  program
    .command('headers')
    .description('write the generated C headers that changed')
    .option('--check', 'write nothing; name each header that is not up to date and exit 1')
    .option('--json', 'print one JSON object: { package, headers }, with --check { package, stale }')
    .action(async (options: HeadersOptions) => finish(await headersCommand(options)))
  return program
}

try {
  await commandLine().parseAsync()
} catch (error) {
  if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? 0 : 2
  else if (error instanceof UsageError || error instanceof BuildError) {
    warn(`cbuild: ${error.message}`)
    process.exitCode = error instanceof UsageError ? 2 : 1
  } else throw error
}
