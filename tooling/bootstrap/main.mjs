// The launcher behind `npm start`, `npm test` and the other scripts of the root: plain JavaScript for any Node ≥ 20.
// It brings what the project needs (install.mjs), then runs the command's steps under the project's own Node.
import { spawnSync } from 'node:child_process'
import { commands, usage } from './commands.mjs'
import { install, root, toolEnvironment } from './install.mjs'
import { Tally } from './tally.mjs'

const [name = '', ...args] = process.argv.slice(2)
const command = Object.hasOwn(commands, name) ? commands[name] : undefined
if (!command) {
  process.stderr.write(`parperos: unknown command ${JSON.stringify(name)}\n${usage()}\n`)
  process.exit(2)
}

install()
const env = toolEnvironment()
const tally = new Tally(root)
for (const step of command.steps(args)) {
  if (command.counts) process.stdout.write(`\n▶ ${step.title}\n`)
  const { status, stdout, stderr, error } = spawnSync(step.run[0], step.run.slice(1), {
    cwd: root,
    env: { ...env, ...step.env },
    stdio: step.quiet ? ['ignore', 'pipe', 'pipe'] : 'inherit',
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  })
  if (error) process.stderr.write(`parperos: ${step.run[0]} did not start: ${error.message}\n`)
  if (step.quiet && status !== 0) process.stderr.write(`▶ ${step.title}\n${stdout}${stderr}`)
  tally.step(step, status === 0)
  // A run that counts goes on, so that one run shows all that is wrong; any other stops at the first failure.
  if (status !== 0 && !command.counts) process.exit(status ?? 1)
}
if (command.counts) process.stdout.write(tally.report())
process.exitCode = tally.failed > 0 ? 1 : 0
