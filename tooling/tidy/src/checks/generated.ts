// Files that a program writes must be what it would write today. The C headers of a package are cbuild's, which can
// compare them itself; any other generated file has a row in rules.ts: a command that prints what the file must hold.
import { spawnSync } from 'node:child_process'
import type { Check, Finding } from '../check.ts'
import { isObject, lineOf } from '../manifest.ts'
import { within, type Member, type Repository } from '../repository.ts'
import type { GeneratedRow } from '../rule-types.ts'

export const generated: Check = {
  name: 'generated',
  about: 'generated files are what their generators write today',
  run: (repository, { generated: { cbuild, files } }) => [
    ...repository.members.filter(hasHeaders).flatMap((member) => headers(repository, cbuild, member)),
    ...files.flatMap((row) => compare(repository, row)),
  ],
}

function hasHeaders({ manifest }: Member): boolean {
  const { cbuild } = manifest.fields
  return isObject(cbuild) && isObject(cbuild.headers) && Object.keys(cbuild.headers).length > 0
}

function headers(repository: Repository, cbuild: string, member: Member): Finding[] {
  const manifest = within(member, 'package.json')
  const rule = 'generated/headers'
  const mend = `cd ${member.folder} && cbuild headers`
  const asked = { rule, file: manifest, line: lineOf(repository.text(manifest), 'cbuild', 'headers') }
  if (!repository.has(cbuild)) {
    return [{ ...asked, message: `asks for generated headers, but there is no ${cbuild}`, mend: 'restore tooling/cbuild' }]
  }
  const check = [repository.path(cbuild), 'headers', '--check']
  const { ok, said } = start(process.execPath, check, repository.path(member.folder))
  if (ok) return []
  // cbuild names each stale header as `file:line: what differs`, from the package's folder.
  const stale = said.flatMap((line): Finding[] => {
    const [, file, at, message] = /^([^\s:]+):(\d+): (.+)$/.exec(line) ?? []
    return file ? [{ rule, file: within(member, file), line: Number(at), message, mend }] : []
  })
  return stale.length > 0 ? stale : [{ ...asked, message: `cbuild headers --check: ${summary(said)}`, mend }]
}

function compare(repository: Repository, { file, command }: GeneratedRow): Finding[] {
  const [program, ...args] = command
  const { ok, said, stdout } = start(program === 'node' ? process.execPath : program, args, repository.root)
  const called = command.join(' ')
  if (!ok) {
    const mend = 'run it, and mend what it says'
    return [{ rule: 'generated/command', file, line: 1, message: `${called} failed: ${summary(said)}`, mend }]
  }
  const wanted = stdout.split('\n')
  const lines = repository.has(file) ? repository.lines(file) : []
  const differs = wanted.findIndex((line, index) => line !== lines[index])
  if (differs < 0 && wanted.length === lines.length) return []
  const line = differs < 0 ? wanted.length : differs + 1
  const message = `is not what ${called} writes`
  return [{ rule: 'generated/stale', file, line, message, mend: `${called} > ${file}` }]
}

/** `said` is what the program told its user, line by line, wherever it wrote that. */
function start(program: string, args: string[], cwd: string): { ok: boolean; said: string[]; stdout: string } {
  const { status, stdout, stderr, error } = spawnSync(program, args, { cwd, encoding: 'utf8', maxBuffer: 1 << 28 })
  if (error) return { ok: false, said: [error.message], stdout: '' }
  const said = (stderr.trim() || stdout.trim() || `exit code ${String(status)}`).split('\n')
  return { ok: status === 0, said, stdout }
}

const summary = (said: string[]): string => said.slice(0, 3).join('; ')
