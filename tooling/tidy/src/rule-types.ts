// What the tables of rules.ts may say. Globs are those of `path.matchesGlob`: `*` within one folder, `**` across.

/** One finding that is right as it stands. */
export interface Exception {
  /** `<check>/<rule>`, as findings print it with --json. */
  rule: string
  /** Glob of the files it holds for. */
  file: string
  /** Why the rule does not hold here, as a sentence. */
  reason: string
}

/** Which members may import which; the first row whose `from` matches a member's folder counts. */
export interface ImportRow {
  /** Glob of member folders; the root's folder is `.`. */
  from: string
  /** Globs of member folders. A member may always import itself. */
  may: string[]
}

export interface ImportRules {
  /** The prefix of our own packages' names. */
  scope: string
  /** For what is shipped or run: everything that is no test, bench or config file. */
  sources: ImportRow[]
  /** For tests, benches and config files. */
  tests: ImportRow[]
  /** Members that are a benchmark as a whole. */
  benchMembers: string[]
  /** Subpaths that only tests, benches and config files import. */
  testSubpaths: string[]
  backends: string[]
  /** The one kind of file that names backend subpaths. */
  compose: string
  /** The one file that may say `Atomics`, and how every other reaches it. */
  atomics: { file: string; specifier: string; target: string }
  /** C folders of a package: the product's first, then those that also see it. */
  cFolders: [string, ...string[]]
  sharedC: string
}

export interface LayoutRules {
  topFolders: string[]
  topFiles: string[]
  /** What each member must have: `when` (a folder or file beneath it) decides whether the row holds. */
  required: { members: string; when?: string; files: string[]; why: string }[]
  names: { files: string; pattern: RegExp; called: string }[]
  /** File names that a convention outside this project decides. */
  freeNames: string[]
  /** Files that open with a comment. */
  commented: string[]
  uncommented: string[]
  linesAtMost: number
  /** Files to which the limit applies, and those that grow by their nature. */
  limited: string[]
  unlimited: string[]
  /** Files whose bytes are not ours to tidy. */
  untidied: string[]
  /** Files in which a tab means something. */
  tabbed: string[]
}

export interface GeneratedRow {
  file: string
  /** A program and its arguments, run in the root: what it prints is what the file must hold. `node` is this Node. */
  command: [string, ...string[]]
}

export interface Rules {
  imports: ImportRules
  layout: LayoutRules
  generated: { cbuild: string; files: GeneratedRow[] }
  readme: {
    files: string[]
    timeLimitMs: number
    parallel: number
    /** What an example may need that not every machine has: the word for it, and the file that is there where it is. */
    needs: Record<string, string>
  }
  dead: {
    /** C files that a build starts from. */
    cRoots: string[]
    decisions: string
    markers: RegExp
    marked: string[]
    /** Words that switch a test off, or all others. */
    switches: string[]
  }
  manifests: {
    license: string
    scripts: string[]
    packageScript: string
    installScripts: string[]
    hosts: RegExp
  }
  words: { pattern: RegExp; called: string; mend: string }[]
  /** Files whose words are not ours. */
  wordless: string[]
  exceptions: Exception[]
}
