// The examples of one README. An example is a fence of TypeScript or JavaScript; where it consists of several files, a
// further file is a fence whose first line is its name (`// worker.js`), and it belongs to the examples of its section.
import { fencesOf, type Fence } from '../markdown.ts'
import { claimsOf, type Claims } from './claims.ts'
import { needsOf } from './needs.ts'

export interface ExampleFile extends Claims {
  name: string
  /** The README's line on which the code begins. */
  firstLine: number
}

export interface Example {
  readme: string
  /** The file that is run stands first. */
  files: [ExampleFile, ...ExampleFile[]]
  /** Only parsed and type-checked. */
  noRun: boolean
  /** What not every machine has, as the comments above its fences say it. */
  needs: string[]
}

export interface Fault {
  line: number
  rule: string
  message: string
  mend: string
}

export interface ReadmeExamples {
  examples: Example[]
  shell: Fence[]
  faults: Fault[]
}

const extensions: Record<string, string> = {
  ts: 'ts',
  typescript: 'ts',
  mts: 'ts',
  js: 'js',
  javascript: 'js',
  mjs: 'js',
}
const shells = ['sh', 'bash', 'shell', 'console']
const fileName = /^\/\/ ([\w-]+(?:\.[\w-]+)*\.m?[jt]s)\s*$/

/** `known`: the needs that an example may have. */
export function examplesOf(readme: string, markdown: string, known: readonly string[]): ReadmeExamples {
  const fences = fencesOf(markdown)
  const scripts = fences.filter(({ language }) => Object.hasOwn(extensions, language))
  const sections = Object.values(Object.groupBy(scripts, ({ section }) => section))
  return {
    examples: sections.flatMap((section = []) => examplesOfSection(readme, section)),
    shell: fences.filter(({ language }) => shells.includes(language)),
    faults: scripts.flatMap((fence) => faultsOf(fence, known)),
  }
}

function examplesOfSection(readme: string, fences: Fence[]): Example[] {
  const parts = fences.map((fence) => ({ fence, file: toFile(fence) }))
  // A named file that no other one mentions is not a companion: it is an example that says what it is called.
  const isCompanion = ({ fence, file }: (typeof parts)[number]): boolean =>
    fileName.test(firstLine(fence)) && parts.some((other) => other.file !== file && other.fence.code.includes(file.name))
  const companions = parts.filter(isCompanion)
  return parts
    .filter((part) => !isCompanion(part))
    .map(({ fence, file }) => ({
      readme,
      files: [file, ...companions.map((companion) => companion.file)],
      noRun: fence.flags.includes('no-run'),
      needs: [fence, ...companions.map((companion) => companion.fence)].flatMap(({ comment }) => needsOf(comment)),
    }))
}

const firstLine = ({ code }: Fence): string => code.split('\n', 1)[0] ?? ''

const toFile = (fence: Fence): ExampleFile => ({
  name: fileName.exec(firstLine(fence))?.[1] ?? `example.${extensions[fence.language] ?? 'js'}`,
  firstLine: fence.line + 1,
  ...claimsOf(fence.code),
})

function faultsOf(fence: Fence, known: readonly string[]): Fault[] {
  const { language, flags, line, comment, code } = fence
  const unknown = flags.find((flag) => flag !== 'no-run')
  const faults: Fault[] = claimsOf(code).unchecked.map((at) => ({
    line: line + at,
    rule: 'unchecked',
    message: 'claims a value that nothing prints',
    mend: 'put the claim after an expression, a const of one name, or a console.log',
  }))
  if (unknown !== undefined) {
    const mend = `write \`\`\`${language}, or \`\`\`${language} no-run with the reason above it`
    faults.push({ line, rule: 'fence', message: `the fence says "${unknown}", which means nothing`, mend })
  }
  if (flags.includes('no-run') && !comment) {
    const mend = 'say why it cannot run in an HTML comment just above the fence, or let it run'
    faults.push({ line, rule: 'no-run', message: 'is marked no-run without a reason', mend })
  }
  for (const need of needsOf(comment).filter((word) => !known.includes(word))) {
    const message = `the comment above says that it needs "${need}", which means nothing`
    faults.push({ line, rule: 'needs', message, mend: `write one of these, or a new row of rules.ts: ${known.join(', ')}` })
  }
  return faults
}
