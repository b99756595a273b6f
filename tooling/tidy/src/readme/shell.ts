// Commands in shell examples: every npm script they name must exist where the reader stands, which is the README's own
// folder or wherever an earlier `cd` led. What is private is used from the checkout, so that the root's scripts count too.
import { posix } from 'node:path'
import type { Fence } from '../markdown.ts'
import type { Repository } from '../repository.ts'
import type { Fault } from './examples.ts'

/** npm's short forms for scripts; every other word after `npm` is a command of npm itself. */
const shortForms = ['test', 'start', 'stop', 'restart']

export function shellFaults(repository: Repository, readme: string, { code, line }: Fence): Fault[] {
  let folder = posix.dirname(readme)
  return code.split('\n').flatMap((text, index) =>
    commandsOf(text).flatMap((words): Fault[] => {
      if (words[0] === 'cd') folder = posix.join(folder, words[1] ?? '.')
      const script = scriptOf(words)
      if (script === undefined || exists(repository, folder, script)) return []
      const message = `\`${words.join(' ')}\`: there is no script "${script}"`
      const mend = 'correct the name, or add the script to the package.json beside this README'
      return [{ line: line + 1 + index, rule: 'script', message, mend }]
    }),
  )
}

/** The commands of a line as words, without prompts, comments and variables set in front. */
const commandsOf = (line: string): string[][] =>
  line
    .replace(/^\s*\$\s+/, '')
    .replace(/(?:^|\s)#.*$/, '')
    .split(/&&|\|\||[;|]/)
    .map((command) => command.trim().split(/\s+/))
    .map((words) => words.slice(words.findIndex((word) => !/^\w+=/.test(word))))

function scriptOf([program, verb = '', ...rest]: string[]): string | undefined {
  if (program !== 'npm' && program !== 'pnpm') return undefined
  if (verb === 'run' || verb === 'run-script') return rest.find((word) => !word.startsWith('-'))
  return shortForms.includes(verb) ? verb : undefined
}

function exists(repository: Repository, folder: string, script: string): boolean {
  const member = repository.memberOf(folder === '.' ? 'package.json' : `${folder}/package.json`)
  const root = repository.memberOf('package.json')
  const has = ({ manifest }: typeof member): boolean => Object.hasOwn(manifest.scripts, script)
  return has(member) || (member.manifest.private && has(root))
}
