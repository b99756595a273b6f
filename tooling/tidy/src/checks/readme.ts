// README examples are promises, so they are kept: every one is type-checked, run, and compared with what it says that it
// prints, where the machine has what it needs; every npm script that a shell example names exists.
import type { Check, Finding } from '../check.ts'
import { examplesOf, type Example, type Fault, type ReadmeExamples } from '../readme/examples.ts'
import { cannotRun } from '../readme/needs.ts'
import { runExample } from '../readme/run.ts'
import { shellFaults } from '../readme/shell.ts'
import { checkTypes, type Placed } from '../readme/types.ts'
import { Workplace } from '../readme/workplace.ts'
import type { Repository } from '../repository.ts'
import { matches } from '../roles.ts'
import type { Rules } from '../rule-types.ts'

export const readme: Check = {
  name: 'readme',
  about: 'every example of every README compiles, runs and prints what it says',
  run: async (repository, { readme: rules }) => {
    const readmes = repository.files
      .filter((file) => matches(file, rules.files))
      .map((file) => ({ file, ...examplesOf(file, repository.text(file), Object.keys(rules.needs)) }))
    const examples = await runAll(repository, rules, readmes.flatMap((found) => found.examples))
    return [...readmes.flatMap((found) => stillFindings(repository, found)), ...examples]
  },
}

const toFinding = (file: string, { rule, ...rest }: Fault): Finding => ({ file, rule: `readme/${rule}`, ...rest })

/** What can be seen without running anything. */
const stillFindings = (repository: Repository, { file, faults, shell }: ReadmeExamples & { file: string }): Finding[] =>
  [...faults, ...shell.flatMap((fence) => shellFaults(repository, file, fence))].map((fault) => toFinding(file, fault))

async function runAll(repository: Repository, rules: Rules['readme'], examples: Example[]): Promise<Finding[]> {
  using workplaces = new DisposableStack()
  const byReadme = Object.entries(Object.groupBy(examples, (example) => example.readme))
  const placed: Placed[] = byReadme.flatMap(([file, those = []]) => {
    const workplace = workplaces.use(new Workplace(repository, repository.memberOf(file)))
    return those.map((example) => ({ example, path: workplace.write(example) }))
  })
  const types = checkTypes(repository.root, placed)
  const faults = await inParallel(rules.parallel, placed, async ({ example, path }) => {
    // One that does not compile is wrong already; what it would do adds nothing.
    const wrong = types.get(example) ?? []
    if (example.noRun || wrong.length > 0) return wrong
    const reason = cannotRun(repository, rules.needs, example)
    if (reason === undefined) return runExample(example, path, rules.timeLimitMs)
    process.stderr.write(`${reason}\n`)
    return []
  })
  return placed.flatMap(({ example }, index) => (faults[index] ?? []).map((fault) => toFinding(example.readme, fault)))
}

/** Like `Promise.all` over a map, with at most `limit` under way. */
async function inParallel<T, R>(limit: number, items: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = []
  const next = items.entries()
  const runner = async (): Promise<void> => {
    for (const [index, item] of next) results[index] = await work(item)
  }
  await Promise.all(Array.from({ length: limit }, runner))
  return results
}
