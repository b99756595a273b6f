#!/usr/bin/env node
// The command: `tidy [--json] [--only <check>]… [--list] [--root <dir>]`. Findings go to stdout, everything else to
// stderr; the exit code is 0 without findings, 1 with some, 2 for misuse.
import { Command, CommanderError, Option } from 'commander'
import { Misuse, type Finding } from './check.ts'
import { checks } from './checks/index.ts'
import { Repository } from './repository.ts'
import { rules } from './rules.ts'
import { tidy } from './tidy.ts'

interface Options {
  json?: true
  list?: true
  only: string[]
  root: string
}

const names = checks.map(({ name }) => name).join(', ')

const command = new Command('tidy')
  .description('The house rules as a check: what is out of place, where, and how to mend it.')
  .addOption(
    new Option('--only <check>', `run this check (may be repeated): ${names}`)
      .argParser((name, all: string[]) => [...all, name])
      .default([], 'all'),
  )
  .option('--json', 'print the findings as JSON: { findings: [{ rule, file, line, message, mend }] }')
  .option('--list', 'list the checks and stop')
  .option('--root <dir>', "the repository's root", '.')
  .allowExcessArguments(false)
  .showHelpAfterError('(tidy --help tells more)')
  .exitOverride()

async function main(argv: readonly string[]): Promise<number> {
  const { json, list, only, root } = command.parse(argv).opts<Options>()
  const unknown = only.find((name) => !checks.some((check) => check.name === name))
  if (unknown !== undefined) throw new Misuse(`there is no check "${unknown}"; there are ${names}.`)
  if (list) {
    for (const { name, about } of checks) process.stdout.write(`${name.padEnd(10)} ${about}\n`)
    return 0
  }
  const chosen = only.length > 0 ? checks.filter(({ name }) => only.includes(name)) : checks
  const findings = await tidy(new Repository(root), chosen, rules)
  process.stdout.write(json ? `${JSON.stringify({ findings }, null, 2)}\n` : findings.map(toLine).join(''))
  if (!json) process.stderr.write(`tidy: ${findings.length} findings by ${chosen.length} checks\n`)
  return findings.length > 0 ? 1 : 0
}

const toLine = ({ file, line, message, mend }: Finding): string => `${file}:${line}  ${message}  → ${mend}\n`

try {
  process.exitCode = await main(process.argv)
} catch (error) {
  if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? 0 : 2
  else if (error instanceof Misuse) {
    process.stderr.write(`tidy: ${error.message}\n`)
    process.exitCode = 2
  } else throw error
}
