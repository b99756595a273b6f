// README examples: each is laid in a package with a built entry, and really run.
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { readme } from '../src/checks/readme.ts'
import { Repository } from '../src/repository.ts'
import { rules } from '../src/rules.ts'
import { found, lay, places, type Files } from './fixture.ts'

const file = 'packages/demo/README.md'

const built: Files = {
  'packages/demo/dist/index.js': 'export const answer = (n) => n + 1\n',
  'packages/demo/dist/index.d.ts': 'export declare const answer: (n: number) => number\n',
}

/** A README of the demo package; the first line of the text stands on line 3. */
const saying = (...lines: string[]): Files => ({ ...built, [file]: ['# demo', '', ...lines, ''].join('\n') })

const fence = (language: string, ...lines: string[]): string[] => [`\`\`\`${language}`, ...lines, '```']

it('finds nothing in a tree in order', async () => {
  expect(await places(readme)).toEqual([])
})

it('runs examples that import their package by its name and print what they claim', async () => {
  const example = fence(
    'ts',
    "import { answer } from '@parperos/demo'",
    'console.log(answer(41)) // → 42',
    'answer(1) // → 2',
    'const three: number = answer(2) // → 3',
    'for (const n of [three, 4]) {',
    '  console.log(n)',
    '} // → 3',
    '// → 4',
    'console.log(`at ${Date.now()}`) // → at …',
  )
  expect(await found(readme, saying(...example))).toEqual([])
})

it('finds packages of the workspace from the root README', async () => {
  const example = fence('js', "import { answer } from '@parperos/demo'", 'answer(1) // → 2')
  expect(await found(readme, { ...built, 'README.md': `${example.join('\n')}\n` })).toEqual([])
})

it('writes the files of one example beside each other', async () => {
  const text = saying(
    ...fence(
      'ts',
      "import { Worker } from 'node:worker_threads'",
      "new Worker('./worker.js').on('message', (n) => console.log(n)) // → 8",
    ),
    '',
    ...fence(
      'js',
      '// worker.js',
      "import { parentPort } from 'node:worker_threads'",
      "import { answer } from '@parperos/demo'",
      'parentPort.postMessage(answer(7))',
    ),
  )
  expect(await found(readme, text)).toEqual([])
})

it.each<[string, string[], string[]]>([
  ['throws, by the line that threw', fence('js', 'const a = 1', '', 'null.x = a'), ['6 readme/run']],
  ['ends with another exit code', fence('js', 'process.exitCode = 3'), ['4 readme/run']],
  ['prints something else', fence('js', 'console.log(1) // → 1', 'console.log(2) // → 3'), ['5 readme/output']],
  ['prints less', fence('js', 'console.log(1) // → 1', '// → 2'), ['5 readme/output']],
  ['prints more', fence('js', 'console.log(1) // → 1', 'console.log(2)'), ['4 readme/output']],
  ['claims what nothing prints', fence('js', 'if (1 > 2) throw 1 // → 1'), ['4 readme/output', '4 readme/unchecked']],
  ['does not compile', fence('ts', 'const a = 1', "const b: number = 'x' + a"), ['5 readme/types']],
  [
    'imports what is not exported',
    fence('ts', "import { question } from '@parperos/demo'", 'question()'),
    ['4 readme/types'],
  ],
  ['is not run without a reason', fence('ts no-run', 'export {}'), ['3 readme/no-run']],
  ['is marked with a word unknown', fence('ts norun', 'export {}'), ['3 readme/fence']],
  [
    'is not run, and imports what is not exported',
    ['<!-- It needs a device. -->', ...fence('ts no-run', "import { no } from '@parperos/demo'", 'other(no)')],
    ['5 readme/types'],
  ],
  [
    'is not run, and misuses what it imports',
    ['<!-- Why. -->', ...fence('ts no-run', "import { answer } from '@parperos/demo'", 'answer(frames, page)')],
    ['6 readme/types'],
  ],
  ['is not run, and does not parse', ['<!-- Why. -->', '', ...fence('js no-run', 'const = 1')], ['6 readme/types']],
  ['names a script that is missing', fence('sh', '# once', '$ npm run build && npm run nope -- -x'), ['5 readme/script']],
  ['names no script of the folder it went to', fence('sh', 'cd ../alloc-api', 'npm start'), ['5 readme/script']],
])('an example that %s is a finding', async (_title, lines, expected) => {
  expect(await places(readme, saying(...lines))).toEqual(expected.map((place) => `${file}:${place}`))
})

it('accepts a name that the text introduced, in an example that is not run', async () => {
  const lines = ['<!-- Continues the example above. -->', ...fence('ts no-run', 'const page = frames.get(memory.size)')]
  expect(await places(readme, saying(...lines))).toEqual([])
})

describe('an example that needs the native backend', () => {
  afterEach(() => {
    vi.unstubAllEnvs()
    vi.restoreAllMocks()
  })

  const addon = rules.readme.needs.native
  const needing = (...lines: string[]): Files => saying('<!-- needs: native -->', ...fence('ts', ...lines))
  const failing = needing("throw new Error('no addon')")

  /** The findings, and what is said beside them. */
  async function outcome(files: Files, ci?: string): Promise<{ findings: string[]; said: unknown[] }> {
    const said: unknown[] = []
    vi.stubEnv('CI', ci)
    vi.spyOn(process.stderr, 'write').mockImplementation((line) => said.push(line) > 0)
    return { findings: await places(readme, files), said }
  }

  it('is not run where the addon is missing, and a line says so', async () => {
    expect(await outcome(failing)).toEqual({
      findings: [],
      said: [`not run: ${file}:4 needs native, and ${addon} is missing\n`],
    })
  })

  it('is run where the addon is', async () => {
    expect(await outcome({ ...failing, [addon]: 'an addon' })).toEqual({ findings: [`${file}:5 readme/run`], said: [] })
  })

  it('is run under CI', async () => {
    expect(await outcome(failing, 'true')).toEqual({ findings: [`${file}:5 readme/run`], said: [] })
  })

  it('is type-checked everywhere', async () => {
    const { findings } = await outcome(needing("const a: number = 'x'", 'console.log(a)'))
    expect(findings).toEqual([`${file}:5 readme/types`])
  })

  it('is not run either when the need is that of a further file', async () => {
    const worker = ['<!-- needs: native -->', ...fence('js', '// worker.js', "throw new Error('no addon')")]
    const text = saying(...fence('ts', "await import('./worker.js' as string)"), '', ...worker)
    expect(await outcome(text)).toMatchObject({ findings: [], said: [expect.stringContaining(`${file}:3 needs native`)] })
  })

  it('needs what the rules know', async () => {
    const text = saying('<!-- needs: native, luck -->', ...fence('js', 'process.exit(1)'))
    expect((await outcome(text)).findings).toEqual([`${file}:4 readme/needs`])
  })
})

it('ends an example that takes too long', async () => {
  const text = saying(...fence('js', 'setInterval(() => {}, 1000)'))
  const table = { ...rules, readme: { ...rules.readme, timeLimitMs: 500 } }
  expect(await places(readme, text, table)).toEqual([`${file}:4 readme/time`])
})

it('counts the scripts of the root for what is private', async () => {
  const text = fence('sh', 'npm test', 'PORT=1 npm run serve').join('\n')
  expect(await places(readme, { 'apps/shop/README.md': `# Shop\n\n${text}\n` })).toEqual([
    'apps/shop/README.md:5 readme/script',
  ])
})

it('leaves nothing behind', async () => {
  const root = lay(saying(...fence('js', 'process.exit(1)')))
  expect(await readme.run(new Repository(root), rules)).toHaveLength(1)
  const build = join(root, 'packages/demo/.build')
  expect(existsSync(build) ? readdirSync(build) : []).toEqual([])
})
