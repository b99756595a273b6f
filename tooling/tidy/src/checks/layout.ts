// Where files stand, what they are called, and how they begin and end. Every rule here is a row in rules.ts.
import { posix } from 'node:path'
import { matchesGlob } from 'node:path'
import type { Check, Finding } from '../check.ts'
import { isObject } from '../manifest.ts'
import { inside, within, type Member, type Repository } from '../repository.ts'
import { matches } from '../roles.ts'
import type { LayoutRules } from '../rule-types.ts'
import { isDirective, openingComment } from '../opening-comment.ts'
import { bytesOf } from '../text-bytes.ts'

export const layout: Check = {
  name: 'layout',
  about: 'folders and files in their places, names, opening comments, length, clean text',
  run: (repository, { layout: rules }) => {
    const generated = generatedFiles(repository)
    return [
      ...topLevel(repository, rules),
      ...repository.members.flatMap((member) => required(repository, rules, member)),
      ...repository.files.flatMap((file) => [
        ...misnamed(rules, file),
        ...(generated.has(file) ? [] : [...uncommented(repository, rules, file), ...long(repository, rules, file)]),
        ...(matches(file, rules.untidied) ? [] : bytesOf(repository, rules, file)),
      ]),
    ]
  },
}

/** The headers that packages say cbuild writes. */
const generatedFiles = (repository: Repository): Set<string> =>
  new Set(
    repository.members.flatMap((member) => {
      const { cbuild } = member.manifest.fields
      const headers = isObject(cbuild) && isObject(cbuild.headers) ? Object.keys(cbuild.headers) : []
      return headers.map((header) => within(member, header))
    }),
  )

function topLevel(repository: Repository, { topFolders, topFiles }: LayoutRules): Finding[] {
  const stray = new Map<string, string>()
  for (const file of repository.files) {
    const [first = '', ...rest] = file.split('/')
    if (!(rest.length > 0 ? topFolders : topFiles).includes(first) && !stray.has(first)) stray.set(first, file)
  }
  return [...stray].map(([first, file]) => ({
    rule: 'layout/top',
    file,
    line: 1,
    message: `${first} has no place at the top level`,
    mend: `move it into ${topFolders.slice(0, -1).join(', ')} or ${topFolders.at(-1) ?? ''}, or add it to rules.ts`,
  }))
}

function required(repository: Repository, rules: LayoutRules, member: Member): Finding[] {
  const own = repository.under(member.folder).map((file) => inside(member, file))
  const has = (glob: string): boolean => own.some((file) => matchesGlob(file, glob))
  return rules.required
    .filter(({ members, when }) => matchesGlob(member.folder, members) && (when === undefined || has(when)))
    .flatMap(({ files, why }) =>
      files
        .filter((file) => !has(file))
        .map((file) => ({
          rule: 'layout/required',
          file: within(member, file),
          line: 1,
          message: `is missing: ${why}`,
          mend: 'write it',
        })),
    )
}

function misnamed(rules: LayoutRules, file: string): Finding[] {
  if (matches(file, rules.freeNames)) return []
  const name = posix.basename(file)
  const row = rules.names.find(({ files }) => files === '**' || matchesGlob(file, files))
  const folder = posix
    .dirname(file)
    .split('/')
    .find((part) => part !== '.' && !/^\.?[a-z0-9]+(?:-[a-z0-9]+)*$/.test(part))
  const finding = (what: string, called: string): Finding => ({
    rule: 'layout/name',
    file,
    line: 1,
    message: `${what} is not in ${called}`,
    mend: `rename it: ${called}, lower case`,
  })
  return [
    ...(row && !row.pattern.test(name) ? [finding(`the name ${name}`, row.called)] : []),
    ...(folder ? [finding(`the folder name ${folder}`, 'kebab-case')] : []),
  ]
}

function uncommented(repository: Repository, rules: LayoutRules, file: string): Finding[] {
  if (!matches(file, rules.commented) || matches(file, rules.uncommented)) return []
  const comment = openingComment(repository.text(file))
  if (comment !== undefined && !isDirective(comment) && comment.split(/\s+/).length >= 3) return []
  return [
    {
      rule: 'layout/comment',
      file,
      line: 1,
      message: 'opens with no comment',
      mend: 'say in a sentence or two what the file is and how its mechanism works',
    },
  ]
}

function long(repository: Repository, rules: LayoutRules, file: string): Finding[] {
  if (!matches(file, rules.limited) || matches(file, rules.unlimited)) return []
  const count = repository.lines(file).length - 1
  if (count <= rules.linesAtMost) return []
  return [
    {
      rule: 'layout/length',
      file,
      line: rules.linesAtMost + 1,
      message: `is ${count} lines long, ${rules.linesAtMost} are the most`,
      mend: 'split it by subject',
    },
  ]
}
