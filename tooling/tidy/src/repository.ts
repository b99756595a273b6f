// The tree as the checks see it: the files that git tracks or would track, read at most once, and the workspace's
// members (the root itself, and every folder of packages, apps and tooling that has a package.json).
import { spawnSync } from 'node:child_process'
import { lstatSync, readFileSync, realpathSync } from 'node:fs'
import { basename, join } from 'node:path'
import ts from 'typescript'
import { Misuse } from './check.ts'
import { readManifest, type Manifest } from './manifest.ts'

export interface Member {
  /** `packages/llfree`; the root's is the empty string. */
  folder: string
  group: string
  manifest: Manifest
}

export class Repository {
  readonly root: string
  readonly files: readonly string[]
  readonly members: readonly Member[]
  readonly #known: Set<string>
  readonly #texts = new Map<string, string>()
  readonly #sources = new Map<string, ts.SourceFile>()

  /** @throws Misuse where `root` is not the top folder of a git work tree with a package.json */
  constructor(root: string) {
    this.root = topOf(root)
    this.files = listFiles(this.root)
    this.#known = new Set(this.files)
    if (!this.has('package.json')) throw new Misuse(`${root} has no package.json: run tidy at the monorepo's root.`)
    this.members = this.files
      .filter((file) => /^(?:(?:packages|apps|tooling)\/[^/]+\/)?package\.json$/.test(file))
      .map((file) => ({
        folder: file.slice(0, -'/package.json'.length),
        group: file === 'package.json' ? 'root' : file.slice(0, file.indexOf('/')),
        manifest: readManifest(file, this.text(file)),
      }))
      .map((member) => (member.group === 'root' ? { ...member, folder: '' } : member))
  }

  has(file: string): boolean {
    return this.#known.has(file)
  }

  /** Every file beneath a folder (`''` is everything). */
  under(folder: string): string[] {
    return folder === '' ? [...this.files] : this.files.filter((file) => file.startsWith(`${folder}/`))
  }

  path(file: string): string {
    return join(this.root, file)
  }

  text(file: string): string {
    let text = this.#texts.get(file)
    if (text === undefined) this.#texts.set(file, (text = readFileSync(this.path(file), 'utf8')))
    return text
  }

  lines(file: string): string[] {
    return this.text(file).split('\n')
  }

  /** A NUL among the first bytes: the way git tells binary from text. */
  isText(file: string): boolean {
    return !this.text(file).slice(0, 8000).includes('\0')
  }

  /** The parsed TypeScript or JavaScript file, with parent links. */
  source(file: string): ts.SourceFile {
    let source = this.#sources.get(file)
    if (!source) {
      source = ts.createSourceFile(basename(file), this.text(file), ts.ScriptTarget.Latest, true)
      this.#sources.set(file, source)
    }
    return source
  }

  /** The member that a file belongs to; the root's where no other does. */
  memberOf(file: string): Member {
    const folder = file.split('/').slice(0, 2).join('/')
    const member = this.members.find((candidate) => candidate.folder === folder) ?? this.members.find(isRoot)
    if (!member) throw new Error('the constructor has seen to it that there is a root package.json')
    return member
  }

  memberNamed(name: string): Member | undefined {
    return this.members.find((member) => member.manifest.name === name)
  }
}

const isRoot = (member: Member): boolean => member.group === 'root'

/** The file's path inside its member's folder. */
export const inside = (member: Member, file: string): string =>
  member.folder === '' ? file : file.slice(member.folder.length + 1)

/** A file of a member, named from the repository's root. */
export const within = (member: Member, file: string): string =>
  member.folder === '' ? file : `${member.folder}/${file}`

export const isScript = (file: string): boolean => /\.[cm]?[jt]s$/.test(file)

function topOf(root: string): string {
  const { status, stdout } = spawnSync('git', ['-C', root, 'rev-parse', '--show-toplevel'], { encoding: 'utf8' })
  if (status !== 0) throw new Misuse(`${root} is not in a git work tree: run tidy in a clone of the repository.`)
  const top = stdout.trimEnd()
  if (realpathSync(root) !== realpathSync(top)) {
    throw new Misuse(`${root} is not the repository's root: run tidy in ${top}, or name it with --root.`)
  }
  return top
}

function listFiles(root: string): string[] {
  const { status, stdout, stderr } = spawnSync('git', ['-C', root, 'ls-files', '-coz', '--exclude-standard'], {
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  })
  if (status !== 0) throw new Misuse(`git could not list the files of ${root}: ${stderr.trim()}`)
  const listed = new Set(stdout.split('\0').filter(Boolean))
  // A file that was deleted but not yet committed is still listed; a link has no text of its own.
  return [...listed].filter((file) => lstatSync(join(root, file), { throwIfNoEntry: false })?.isFile()).sort()
}
