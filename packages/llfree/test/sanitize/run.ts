#!/usr/bin/env node
// Runs one of the test programs by hand: what the last line of a failure says to type. Exits as the program does.
import { Programs, type ProgramName, type ToolName } from './programs.ts'
import { tools } from './tools.ts'

const help = `node test/sanitize/run.ts <tool> <program> [arguments]

tools     thread   ThreadSanitizer
          address  AddressSanitizer and UndefinedBehaviorSanitizer
          none     the program's own checks only
programs  stress   threads on one allocator:  [--seed 1] [--rounds 8] [--seconds 0] [--limit 300]
          fuzz     operations from bytes, against a model:  [--seed 1] [--seconds 10] [--runs 0], or --input <digits>

PARPEROS_PLANT=<name> plants an error (test/sanitize/csrc/plants.h), to see that it is found.
`

const runnableTools: string[] = ['thread', 'address', 'none'] satisfies ToolName[]
const runnablePrograms: string[] = ['stress', 'fuzz'] satisfies ProgramName[]

const [tool, program, ...args] = process.argv.slice(2)

async function main(): Promise<number> {
  if (process.argv.slice(2).includes('--help')) {
    process.stdout.write(help)
    return 0
  }
  if (!runnableTools.includes(tool) || !runnablePrograms.includes(program)) {
    const given = [tool, program].join(' ').trim() || 'nothing'
    process.stderr.write(`expected a tool and a program, got ${given}\n\n${help}`)
    return 2
  }
  const variant = { tool: tool as ToolName, program: program as ProgramName, plants: 'PARPEROS_PLANT' in process.env }
  const reason = tools[variant.tool].unavailable()
  if (reason !== null) {
    process.stderr.write(`${tools[variant.tool].kind} cannot be used here: ${reason}\n`)
    return 1
  }
  using programs = new Programs()
  const { status, output } = await programs.run(variant, args)
  process.stdout.write(output)
  return status ?? 1
}

process.exitCode = await main()
