// Where the examples of one package stand while they are checked: a folder of their own inside the package, so that its
// name and its dependencies resolve as they do for its users, with links to the workspace's members beside them, since
// whoever tries an example has installed the packages that it names.
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Member, Repository } from '../repository.ts'
import type { Example } from './examples.ts'

export class Workplace implements Disposable {
  readonly #folder: string

  constructor(repository: Repository, member: Member) {
    const build = join(repository.path(member.folder), '.build')
    mkdirSync(build, { recursive: true })
    this.#folder = mkdtempSync(join(build, 'readme-'))
    for (const { folder, manifest } of repository.members) {
      if (folder === '' || manifest.name === '') continue
      const link = join(this.#folder, 'node_modules', manifest.name)
      mkdirSync(dirname(link), { recursive: true })
      symlinkSync(repository.path(folder), link, 'dir')
    }
  }

  /** Writes an example's files; returns the path of the one to run. */
  write({ files }: Example): string {
    const folder = join(this.#folder, `line-${files[0].firstLine}`)
    mkdirSync(folder)
    for (const { name, code } of files) writeFileSync(join(folder, name), `${code}\n`)
    return join(folder, files[0].name)
  }

  [Symbol.dispose](): void {
    rmSync(this.#folder, { recursive: true, force: true })
  }
}
