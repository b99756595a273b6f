// What can be typed: the commands of `parperos-kv`, their arguments and options, and what becomes of mistakes and
// errors.
//
//   exit code 0  done      1  it did not succeed: one line says why      2  misuse, and nothing was done
import { Command, CommanderError, InvalidArgumentError } from 'commander'
import manifest from '../../package.json' with { type: 'json' }
import { StoreError } from '../errors.ts'
import { bench, type BenchFlags } from './bench.ts'
import { check, stats } from './inspect.ts'
import { load, type LoadFlags } from './load.ts'
import { withEntries, withRange, withStore, withWriting } from './options.ts'
import { dump, scan } from './scan.ts'
import { del, get, put } from './single.ts'
import { wholeNumber } from './sizes.ts'
import { Failure, Misuse, type Surroundings } from './surroundings.ts'

const STORE = ['<store>', "the store's directory"] as const

function seconds(text: string): number {
  const value = Number(text)
  if (text.trim() !== '' && value > 0 && value <= 3600) return value
  throw new InvalidArgumentError('Expected a number of seconds, up to 3600.')
}

/** A command's action, with what is around it. */
type Run<Rest extends unknown[]> = (surroundings: Surroundings, ...rest: Rest) => Promise<void>

function commandsFor(surroundings: Surroundings): Command[] {
  // commander hands over the arguments, the flags, and at last the command itself.
  const running =
    <Rest extends unknown[]>(run: Run<Rest>) =>
    (...given: unknown[]): Promise<void> =>
      run(surroundings, ...(given.slice(0, -1) as Rest))
  const command = (name: string, about: string): Command => new Command(name).description(about)

  return [
    withWriting(withEntries(command('put', 'store a value; makes the store where there is none')))
      .argument(...STORE)
      .argument('<key>')
      .argument('[value]', 'without it, all of standard input')
      .option('--json', 'print the key and the number of bytes')
      .action(running(put)),
    withStore(withEntries(command('get', 'print values')))
      .argument(...STORE)
      .argument('<key...>')
      .option('--raw', 'the bytes as they are, without a line feed')
      .option('--json', 'print JSON lines')
      .action(running(get)),
    withWriting(withEntries(command('del', 'delete keys')))
      .argument(...STORE)
      .argument('<key...>')
      .option('--json', 'print JSON lines')
      .action(running(del)),
    withStore(withRange(withEntries(command('scan', 'print a range of entries as JSON lines'))))
      .argument(...STORE)
      .option('--keys', 'print the keys only')
      .option('--values', 'print the values only')
      .action(running(scan)),
    withWriting(withEntries(command('load', 'store the entries of JSON lines; makes the store where there is none')))
      .argument(...STORE)
      .argument('[file]', 'without it, standard input')
      .option('--sorted', 'keys come in ascending order, into an empty tree or behind its last key: the quickest way')
      .option('--batch <entries>', 'commit so many at a time', wholeNumber(1), 1000)
      .option('--json', 'print the outcome as JSON')
      .addHelpText(
        'after',
        '\nA line is {"key": …, "value": …}, with "base64" and "keyBase64" for bytes, and perhaps "tree".',
      )
      .action(running<[string, string | undefined, LoadFlags]>(load)),
    withStore(withEntries(command('dump', 'print all entries of all trees (or of --tree) as JSON lines, for load')))
      .argument(...STORE)
      .argument('[file]', 'without it, standard output')
      .action(running(dump)),
    withStore(command('stats', 'what is in a store'))
      .argument(...STORE)
      .option('--json', 'print all of it as JSON')
      .action(running(stats)),
    withStore(command('check', 'read and verify every page of a store'))
      .argument(...STORE)
      .option('--json', 'print the outcome as JSON')
      .action(running(check)),
    withWriting(command('bench', 'measure a store on this machine: load, random reads and writes'))
      .argument(
        '[directory]',
        "where to make the store, which is removed afterwards; without it, the system's temporary one",
      )
      .option('--entries <count>', 'how many', wholeNumber(1), 100_000)
      .option('--value-bytes <count>', 'how long the values are', wholeNumber(0), 120)
      .option('--seconds <seconds>', 'how long each measurement takes', seconds, 1)
      .option('--json', 'print the figures as JSON')
      .action(running<[string | undefined, BenchFlags]>(bench)),
  ]
}

function programFor(surroundings: Surroundings): Command {
  const program = new Command('parperos-kv')
    .description('Reads and writes key/value stores of @parperos/buffer-manager.')
    .version(manifest.version)
    .usage('<command> [options]')
    .addHelpText(
      'after',
      '\nCommands that only read work while another process has the store open, and see its last checkpoint.',
    )
  for (const command of commandsFor(surroundings)) program.addCommand(command)
  for (const each of [program, ...program.commands]) {
    // One line for every mistake, written below.
    each
      .exitOverride()
      .configureOutput({
        writeOut: (text) => void surroundings.output.write(text),
        outputError: () => undefined,
        writeErr: () => undefined,
      })
      .allowExcessArguments(false)
      .showSuggestionAfterError(false)
  }
  return program
}

/** Runs one command; the exit code. */
export async function run(args: readonly string[], surroundings: Surroundings): Promise<number> {
  const complain = (message: string): void => {
    surroundings.errors.write(`parperos-kv: ${message.replaceAll('\n', ' ')}\n`)
  }
  try {
    const program = programFor(surroundings)
    if (args.length === 0) {
      throw new Misuse(
        `name a command: ${program.commands.map((command) => command.name()).join(', ')} (--help tells more)`,
      )
    }
    await program.parseAsync(args, { from: 'user' })
    return 0
  } catch (error) {
    if (error instanceof CommanderError) {
      if (error.exitCode === 0) return 0
      complain(`${error.message.replace(/^error: /, '')} (--help tells more)`)
      return 2
    }
    // Whoever read the output has stopped: there is nobody to tell.
    if (codeOf(error) === 'EPIPE') return 0
    const isMisuse = error instanceof Misuse || (error instanceof StoreError && error.code === 'BAD_OPTION')
    if (!isMisuse && !(error instanceof Failure || error instanceof StoreError || isOfSystem(error))) throw error
    complain((error as Error).message)
    return isMisuse ? 2 : 1
  }
}

const codeOf = (error: unknown): unknown => (error instanceof Error && 'code' in error ? error.code : undefined)

/** A file that is missing or not readable: its message says so. */
const isOfSystem = (error: unknown): boolean => error instanceof Error && 'syscall' in error
