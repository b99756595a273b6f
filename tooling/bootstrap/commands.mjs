// What each command of the root runs, step by step. A step is a program with arguments; `tests` marks the steps whose
// single tests are counted (by vitest's own report) instead of the step as a whole.

const turbo = (...args) => ['turbo', 'run', ...args, '--output-logs=new-only', '--log-order=grouped']

const build = { title: 'build', run: turbo('build') }
const quietBuild = { ...build, quiet: true }
const bench = (args) => ({ title: 'bench', run: ['node', 'apps/bench/dist/cli.js', ...args] })

const checks = [
  { title: 'types', run: turbo('types') },
  { title: 'lint', run: ['eslint', '--max-warnings=0', '.'] },
  { title: 'tidy', run: ['tidy'] },
  { title: 'package hygiene: publint, are-the-types-wrong', run: turbo('package') },
  { title: 'package hygiene: unused files, exports and dependencies', run: ['knip'] },
]

export const commands = {
  start: {
    about: 'the main job: the cross-backend benchmark on real input (--quick: under a minute)',
    steps: (args) => [quietBuild, bench(['start', ...args])],
  },
  bench: {
    about: 'the benchmark suites: npm run bench -- <suite> [options]; --help tells more',
    steps: (args) => [quietBuild, bench(args)],
  },
  build: { about: 'build every package', steps: () => [build] },
  check: { about: 'types, lint, tidy and package hygiene', counts: true, steps: () => [build, ...checks] },
  test: {
    about: 'every check that CI runs',
    counts: true,
    steps: () => [
      build,
      ...checks,
      { title: 'tests', run: turbo('test', '--concurrency=1'), tests: true },
    ],
  },
  soak: { about: 'the long runs', steps: () => [build, { title: 'soak', run: turbo('soak', '--concurrency=1') }] },
}

export const usage = () =>
  ['usage: npm run <command> [-- options]', ...Object.entries(commands).map(([name, { about }]) => `  ${name.padEnd(6)} ${about}`)].join('\n')
