#!/usr/bin/env node
// The command: `interleave <scenario.ts> [options]`. What was found goes to stdout; the exit code is 0 without a failure, 1
// with one, 2 for misuse.
import { Command, CommanderError, InvalidArgumentError } from 'commander'
import { Explorer, type Exploration, type Replay } from './index.ts'

interface Options {
  preemptions?: number
  random?: number
  seed?: number
  replay?: string
  reduction: boolean
  failures?: number
  steps?: number
  seconds?: number
  json?: true
}

/** A whole number from `least` on; `all` stands for no bound where that makes sense. */
const whole = (least: number, orAll = false) => (text: string): number => {
  if (orAll && text === 'all') return Infinity
  const value = Number(text)
  if (/^\d+$/.test(text) && value >= least) return value
  throw new InvalidArgumentError(`Expected a whole number from ${least} on${orAll ? ', or all' : ''}.`)
}

const command = new Command('interleave')
  .description('Runs the workers of a scenario under every schedule with few preemptions, and prints one that fails.')
  .argument('<scenario>', 'the module that exports the scenario; file.ts#name for one of several')
  .option('--preemptions <n>', 'how many preemptions a schedule may have, or all (default: 2)', whole(0, true))
  .option('--random <n>', 'instead: so many random schedules', whole(1))
  .option('--seed <n>', 'what the random schedules are drawn from (default: 1)', whole(0))
  .option('--replay <schedule>', "instead: this one schedule, such as '0:14 1:3 0'; prints its steps")
  .option('--no-reduction', 'also run schedules that would do the same as another one')
  .option('--failures <n>', 'go on until so many different failures were found (default: 1)', whole(1))
  .option('--steps <n>', 'the most steps of a run; beyond them it counts as one without progress', whole(1))
  .option('--seconds <n>', 'stop after so many seconds', whole(1))
  .option('--json', 'print the result as JSON')
  .allowExcessArguments(false)
  .showHelpAfterError('(interleave --help tells more)')
  .exitOverride()

async function main(argv: readonly string[]): Promise<number> {
  command.parse(argv)
  const { json, replay, ...given } = command.opts<Options>()
  const [scenario] = command.args
  if (replay !== undefined && given.random !== undefined) throw new Misuse('--replay and --random exclude each other')
  await using explorer = new Explorer()
  if (replay !== undefined) return show(await explorer.replay(scenario, replay, given), json, replayed)
  return show(await explorer.explore(scenario, given), json, explored)
}

class Misuse extends Error {}

/** Prints what was found; the exit code. */
function show<Found extends Exploration | Replay>(
  found: Found,
  json: true | undefined,
  text: (found: Found) => string,
): number {
  // JSON has no infinity.
  const boundless = (_key: string, value: unknown): unknown => (value === Infinity ? 'all' : value)
  process.stdout.write(json ? `${JSON.stringify(found, boundless, 2)}\n` : text(found))
  const failed = 'failures' in found ? found.failures.length > 0 : found.failure !== null
  return failed ? 1 : 0
}

function explored({ failures, schedules, covered, seconds }: Exploration): string {
  const time = `${schedules} schedules in ${seconds.toFixed(1)} s`
  if (failures.length > 0) return `${failures.map(({ text }) => text).join('\n\n')}\n\n${time}\n`
  const bound = covered === Infinity ? 'any number of' : `up to ${covered}`
  const which = covered < 0 ? 'a part of the schedules was run' : `every schedule with ${bound} preemptions is covered`
  return `no failure: ${which}\n${time}\n`
}

const replayed = ({ failure, steps }: Replay): string =>
  `${steps.join('\n')}\n\n${failure ? failure.text : 'no failure'}\n`

try {
  process.exitCode = await main(process.argv)
} catch (error) {
  if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? 0 : 2
  else {
    // Nothing was explored: the scenario cannot be loaded, is none, or does not fit.
    process.stderr.write(`interleave: ${error instanceof Error ? error.message : String(error)}\n`)
    process.exitCode = 2
  }
}
