// Does one job once more, as the message of a failure says, and prints what it finds. Exits with 1 when that is a failure.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buildProgram } from './compiled.ts'
import { Crew } from './crew.ts'
import type { Job } from './jobs.ts'

const given = process.argv[2] ?? ''
if (!given.startsWith('{')) {
  console.error("usage: node test/power-failure/replay.ts '<a job as the message of a failure has it>'")
  process.exit(2)
}
const job = JSON.parse(given) as Job
const folder = mkdtempSync(join(tmpdir(), 'parperos-power-failure-'))
try {
  await using crew = new Crew(1)
  const program = job.kind === 'compiled operations' ? buildProgram(folder) : ''
  const { failures, states } = await crew.examine([{ ...job, program }])
  console.log(failures.join('\n') || `${states} crash states, no failure`)
  process.exitCode = failures.length > 0 ? 1 : 0
} finally {
  rmSync(folder, { recursive: true })
}
