#!/usr/bin/env node
// The command `parperos-kv`, on this process's streams.
import { run } from './command-line.ts'

// Whoever reads the output may stop reading: what is still written then fails, and the command ends.
process.stdout.on('error', () => undefined)

process.exitCode = await run(process.argv.slice(2), {
  // Loaded when a command needs it: help and misuse answer at once.
  open: async (path, options) => (await import('../index.ts')).open(path, options),
  input: process.stdin,
  output: process.stdout,
  errors: process.stderr,
})
