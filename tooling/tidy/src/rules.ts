// The house rules as data. A rule that has to give way somewhere gets a row in `exceptions`, with the reason; a rule
// that is wrong is changed here, and its decision record says why.
import type { Rules } from './rule-types.ts'

const everyTest = ['**/*.test.ts', '**/test/**', '**/bench/**']

export const rules: Rules = {
  imports: {
    scope: '@parperos/',
    sources: [
      { from: 'packages/alloc-api', may: [] },
      // Siblings meet through contracts that are passed in.
      { from: 'packages/*', may: ['packages/alloc-api'] },
      { from: 'apps/bench', may: ['packages/*', 'tooling/*', 'apps/buffer-manager'] },
      { from: 'apps/*', may: ['packages/*'] },
      { from: 'tooling/*', may: ['packages/alloc-api', 'tooling/*'] },
      { from: '.', may: ['tooling/*'] },
    ],
    tests: [
      { from: 'packages/alloc-api', may: ['tooling/*'] },
      { from: 'apps/bench', may: ['packages/*', 'tooling/*', 'apps/buffer-manager'] },
      { from: '*/*', may: ['packages/*', 'tooling/*'] },
      { from: '.', may: ['tooling/*'] },
    ],
    benchMembers: ['apps/bench'],
    testSubpaths: ['conformance', 'model'],
    backends: ['sab', 'wasm', 'native'],
    compose: 'apps/*/src/compose.ts',
    atomics: {
      file: 'packages/alloc-api/src/sab/atomics.ts',
      specifier: '#atomics',
      target: '@parperos/alloc-api/atomics',
    },
    // The third holds programs that tests compile against the first: the core under sanitizers.
    cFolders: ['csrc', 'bench/csrc', 'test/sanitize/csrc'],
    sharedC: 'packages/alloc-api/csrc',
  },

  layout: {
    topFolders: ['packages', 'apps', 'tooling', 'docs', '.changeset', '.ci'],
    topFiles: [
      '.editorconfig',
      '.gitattributes',
      '.gitignore',
      '.node-version',
      '.npmrc',
      'CONTRIBUTING.md',
      'LICENSE',
      'README.md',
      'SECURITY.md',
      'eslint.config.js',
      'knip.json',
      'package.json',
      'pnpm-lock.yaml',
      'pnpm-workspace.yaml',
      'tsconfig.base.json',
      'turbo.json',
    ],
    required: [
      {
        members: 'packages/*',
        files: ['README.md', 'DESIGN.md', 'src/index.ts', 'test/*'],
        why: 'every package has the same shape, so that whoever knows one knows all',
      },
      { members: 'packages/*', when: 'csrc/*', files: ['src/layout.ts'], why: 'C gets its layout from src/layout.ts' },
      { members: 'packages/*', when: 'src/sab/*', files: ['src/sab.ts'], why: 'src/sab.ts is the face of src/sab/' },
      {
        members: 'packages/*',
        when: 'src/core/*',
        files: ['src/wasm.ts', 'src/native.ts'],
        why: 'src/core/ is what the wasm and the native backend share',
      },
    ],
    names: [
      { files: '**/*.{c,h}', pattern: /^[a-z0-9]+(?:_[a-z0-9]+)*\.[ch]$/, called: 'snake_case' },
      { files: '**', pattern: /^\.?[a-z0-9]+(?:-[a-z0-9]+)*(?:\.[a-z0-9]+(?:-[a-z0-9]+)*)*$/, called: 'kebab-case' },
    ],
    freeNames: [
      '{,**/}{README,DESIGN,CHANGELOG,UPGRADING,CONTRIBUTING,SECURITY,ARCHITECTURE}.md',
      '{,**/}LICENSE',
      '**/fixtures/**',
    ],
    commented: ['**/*.{ts,mts,c,h}'],
    uncommented: ['{,**/}*.config.{ts,mts}', '**/fixtures/**', '**/generated/**', '**/*.d.ts'],
    linesAtMost: 400,
    limited: ['**/*.{ts,mts,js,mjs,c,h,css,html,md,sh}'],
    unlimited: ['**/CHANGELOG.md', '**/fixtures/**', '**/generated/**'],
    untidied: ['pnpm-lock.yaml', '**/fixtures/**'],
    tabbed: ['**/Makefile', '**/*.mk'],
  },

  generated: {
    cbuild: 'tooling/cbuild/src/cli.ts',
    files: [],
  },

  readme: {
    files: ['README.md', 'packages/*/README.md', 'apps/*/README.md', 'tooling/*/README.md'],
    timeLimitMs: 30_000,
    parallel: 2,
    // A machine without a C compiler has none of the addons.
    needs: { native: `packages/alloc-api/prebuilds/${process.platform}-${process.arch}/alloc-api.node` },
  },

  dead: {
    cRoots: ['**/csrc/{wasm,addon}.c', '**/test/sanitize/csrc/{stress,fuzz,driver,header}.c'],
    decisions: 'docs/decisions',
    markers: /\b(?:TODO|FIXME|XXX)\b/,
    marked: ['**/*.{ts,mts,js,mjs,c,h,css,html,md,sh,yaml,yml}'],
    switches: ['skip', 'only', 'todo'],
  },

  manifests: {
    license: 'MIT',
    scripts: ['build', 'types', 'test'],
    packageScript: 'publint --strict && attw --pack . --profile esm-only',
    installScripts: ['preinstall', 'install', 'postinstall', 'prepare'],
    hosts: /\b(?:registry\.[\w-]+\.\w+|(?:github|gitlab|bitbucket)\.(?:com|org)|npm\.pkg\.[\w.]+)\b/,
  },

  words: [
    {
      pattern: /(?<![\w.*-])\/(?:work|home|root|tmp)\//,
      called: 'a path of the machine that it was written on',
      mend: 'say it relative to the repository, or find the place at run time',
    },
    {
      pattern: /\b(?:registry|deb)\.[\w-]+\.org\b/,
      called: 'the host of a package registry',
      mend: 'name the registry ("the npm registry"), and leave its address to the user\'s settings',
    },
  ],
  wordless: ['pnpm-lock.yaml'],

  exceptions: [
    ...everyTest.map((file) => ({
      rule: 'imports/atomics',
      file,
      reason: 'A test or a benchmark sets up and looks at shared words itself.',
    })),
    {
      rule: 'imports/atomics',
      file: 'apps/bench/**',
      reason: 'The compare-exchange that every figure is a multiple of is measured bare.',
    },
    {
      rule: 'imports/atomics',
      file: 'tooling/interleave/src/**',
      reason: 'The schedule explorer stands in for #atomics, and hands its threads their turns by real ones.',
    },
    {
      rule: 'imports/atomics',
      file: 'tooling/observe/src/global.ts',
      reason: 'It makes what stands in for the global Atomics, for code that says Atomics itself.',
    },
    {
      rule: 'imports/auto',
      file: 'packages/alloc-api/src/memory/create.ts',
      reason: 'createMemory is told the backend by its name, and loads the one that was named.',
    },
    {
      rule: 'imports/backend',
      file: 'packages/llfree/src/persistence.ts',
      reason: 'Only native memories can be made durable: their flushes are loaded when the persist policy asks for them.',
    },
    {
      rule: 'layout/required',
      file: 'packages/alloc-api/src/layout.ts',
      reason: 'It owns no single layout: status codes and the constants of drivers each have their own table.',
    },
    {
      rule: 'dead/marker',
      file: 'tooling/tidy/**',
      reason: 'The rule and its tests name what they look for.',
    },
    {
      rule: 'words/forbidden',
      file: 'tooling/tidy/test/**',
      reason: 'The tests hold what the rule looks for.',
    },
  ],
}
