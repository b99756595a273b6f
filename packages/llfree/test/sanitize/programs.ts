// Building and running the programs in csrc/. They are compiled against the package's own C as cbuild finds it, into a
// folder that is removed at the end, each variant once.
import { readPackage } from '@parperos/cbuild/src/package.ts'
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { tools } from './tools.ts'

export type ToolName = keyof typeof tools
export type ProgramName = 'stress' | 'fuzz' | 'header'

/** One way to build a program. */
export interface Variant {
  program: ProgramName
  tool: ToolName
  /** With errors that PARPEROS_PLANT chooses from (plants.h). */
  plants?: boolean
}

export interface Outcome {
  /** Null when a signal ended it. */
  status: number | null
  stdout: string
  /** All that it printed, for messages. */
  output: string
}

interface Unit {
  source: string
  /** Compiled with the tool's flags: all but the driver of the fuzz test, which is to cost little. */
  observed: boolean
  flags: readonly string[]
}

const here = import.meta.dirname
const packageFolder = fileURLToPath(new URL('../..', import.meta.url))

/** Where the command that runs one program by hand is, for people in the package's folder. */
const command = relative(packageFolder, join(here, 'run.ts'))

const common = ['-std=c11', '-D_GNU_SOURCE', '-Wall', '-Wextra', '-Wconversion', '-Werror', '-g', '-pthread']

const units: Record<ProgramName, (tool: ToolName) => Unit[]> = {
  // Its threads stop at odd moments, so that others get in between.
  stress: () => [{ source: 'stress.c', observed: true, flags: ['-DSHAKEN'] }],
  fuzz: (tool) =>
    tool === 'libfuzzer'
      ? [{ source: 'fuzz.c', observed: true, flags: [] }]
      : [
          { source: 'fuzz.c', observed: true, flags: ['-fsanitize-coverage=trace-pc'] },
          { source: 'driver.c', observed: false, flags: [] },
        ],
  header: () => [{ source: 'header.c', observed: true, flags: [] }],
}

/** At most so many things at once: builds and runs together. */
export class Turns {
  #free: number
  readonly #waiting: (() => void)[] = []

  constructor(count: number) {
    this.#free = count
  }

  async take<T>(work: () => Promise<T>): Promise<T> {
    if (this.#free > 0) this.#free--
    else await new Promise<void>((resolve) => this.#waiting.push(resolve))
    try {
      return await work()
    } finally {
      const next = this.#waiting.shift()
      if (next) next()
      else this.#free++
    }
  }
}

export class Programs implements Disposable {
  #folder: string | undefined
  readonly #built = new Map<string, Promise<string>>()

  /** Where everything is built, also for what programs leave behind. Made when it is asked for first. */
  get folder(): string {
    return (this.#folder ??= mkdtempSync(join(tmpdir(), 'parperos-sanitize-')))
  }

  /** The path of the program; throws with the compiler's messages. */
  build(variant: Variant): Promise<string> {
    const { program, tool, plants = false } = variant
    const name = [program, tool, ...(plants ? ['plants'] : [])].join('-')
    let built = this.#built.get(name)
    if (!built) this.#built.set(name, (built = this.#make(variant, name)))
    return built
  }

  async #make({ program, tool, plants }: Variant, name: string): Promise<string> {
    const compiler = tools[tool].compiler()
    if (!compiler) throw new Error(`${name} was not built: ${tools[tool].unavailable()}`)
    const [{ includes }] = readPackage(packageFolder).targets
    const places = includes.map(({ path }) => `-I${path}`)
    const output = join(this.folder, name)
    const compile = async (args: readonly string[]): Promise<void> => {
      const { status, output: messages } = await execute(compiler.command, [...compiler.args, ...args])
      if (status !== 0) throw new Error(`${name} was not built:\n${messages.trim()}`)
    }
    const objects: string[] = []
    for (const { source, observed, flags } of units[program](tool)) {
      const object = `${output}-${source}.o`
      // What only has to fail need not be quick, so that its build is.
      const own = [...(observed ? tools[tool].flags : []), ...flags, ...(plants ? ['-O1', '-DPLANTS'] : ['-O2'])]
      await compile([...common, ...places, ...own, '-c', join(here, 'csrc', source), '-o', object])
      objects.push(object)
    }
    await compile(['-pthread', ...tools[tool].flags, ...objects, '-o', output])
    return output
  }

  /** Builds the variant if need be, and runs it under the name of the command that runs it by hand. */
  async run(variant: Variant, args: readonly string[], plant?: string): Promise<Outcome> {
    const path = await this.build(variant)
    const argv0 = `node ${command} ${variant.tool} ${variant.program}`
    return await execute(path, args, { argv0, env: { ...process.env, ...(plant && { PARPEROS_PLANT: plant }) } })
  }

  [Symbol.dispose](): void {
    if (this.#folder !== undefined) rmSync(this.#folder, { recursive: true, force: true })
  }
}

function execute(
  file: string,
  args: readonly string[],
  options: { argv0?: string; env?: NodeJS.ProcessEnv } = {},
): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] })
    let stdout = ''
    let output = ''
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text
      output += text
    })
    child.stderr.setEncoding('utf8').on('data', (text: string) => (output += text))
    child.on('error', reject)
    child.on('close', (status, signal) => {
      if (signal !== null) output += `ended by ${signal}\n`
      resolve({ status, stdout, output })
    })
  })
}
