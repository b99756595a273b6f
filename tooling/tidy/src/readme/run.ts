// Runs one example as a user would, under this Node and a time limit, and compares what it printed with what it claims.
import { spawn } from 'node:child_process'
import { text } from 'node:stream/consumers'
import { basename, dirname } from 'node:path'
import { fits } from './claims.ts'
import type { Example, ExampleFile, Fault } from './examples.ts'

export async function runExample(example: Example, path: string, timeLimitMs: number): Promise<Fault[]> {
  const { status, stdout, stderr, late } = await run(path, timeLimitMs)
  const [main] = example.files
  if (late) {
    const message = `the example was still running after ${timeLimitMs / 1000} s`
    return [{ line: main.firstLine, rule: 'time', message, mend: 'let it end: close what it opened, end its workers' }]
  }
  if (status !== 0) {
    const { line, said } = complaint(stderr, main)
    const message = `the example fails with exit code ${String(status)}: ${said}`
    return [{ line, rule: 'run', message, mend: 'mend the example (or the code); build first where a file is missing' }]
  }
  return compare(example, stdout)
}

interface Outcome {
  status: number | null
  stdout: string
  stderr: string
  late: boolean
}

async function run(path: string, timeLimitMs: number): Promise<Outcome> {
  const { FORCE_COLOR: _color, NODE_OPTIONS: _options, NODE_V8_COVERAGE: _coverage, ...environment } = process.env
  // A process group of its own, so that the time limit also ends what the example has started.
  const child = spawn(process.execPath, [basename(path)], {
    cwd: dirname(path),
    env: { ...environment, NO_COLOR: '1' },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  })
  let late = false
  const timer = setTimeout(() => {
    late = true
    if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL')
  }, timeLimitMs)
  const ended = new Promise<number | null>((resolve, reject) => child.on('close', resolve).on('error', reject))
  try {
    const [status, stdout, stderr] = await Promise.all([ended, text(child.stdout), text(child.stderr)])
    return { status, stdout, stderr, late }
  } finally {
    clearTimeout(timer)
  }
}

/** The line of an uncaught error's message, and the README's line that the stack names. */
function complaint(stderr: string, main: ExampleFile): { line: number; said: string } {
  const lines = stderr.split('\n').map((line) => line.trim())
  const said = lines.find((line) => /^(?:\w+ )?\w*(?:Error|Exception)\b.*:/.test(line)) ?? lines.find(Boolean)
  const at = new RegExp(`[/\\\\]${main.name.replaceAll('.', '\\.')}:(\\d+)`).exec(stderr)?.[1]
  return { line: main.firstLine + (at === undefined ? 0 : Number(at) - 1), said: said ?? 'it says nothing' }
}

function compare({ files }: Example, stdout: string): Fault[] {
  const claims = files.flatMap(({ expected, firstLine }) =>
    expected.map(({ text: wanted, line }) => ({ wanted, line: firstLine + line - 1 })),
  )
  if (claims.length === 0) return []
  const printed = stdout.split('\n').slice(0, -1)
  // Files that run at the same time print in no fixed order.
  if (files.filter(({ expected }) => expected.length > 0).length > 1) {
    printed.sort()
    claims.sort((a, b) => (a.wanted < b.wanted ? -1 : 1))
  }
  const index = claims.findIndex(({ wanted }, at) => at >= printed.length || !fits(printed[at], wanted))
  if (index >= 0) {
    const { wanted, line } = claims[index]
    const said = index < printed.length ? JSON.stringify(printed[index]) : 'nothing more'
    const message = `claims ${JSON.stringify(wanted)}, but the example prints ${said}`
    return [{ line, rule: 'output', message, mend: 'correct the claim, or the code' }]
  }
  if (printed.length === claims.length) return []
  const { line } = claims[claims.length - 1]
  const message = `the example also prints ${JSON.stringify(printed[claims.length])}, which no comment claims`
  return [{ line, rule: 'output', message, mend: 'add "// → …" for every printed line, or print less' }]
}
