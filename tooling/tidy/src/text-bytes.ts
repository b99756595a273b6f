// How text is stored: LF, a newline at the end, no tabs, nothing after a line's last word. One finding for each kind and
// file: whoever mends the first has an editor that mends the rest.
import type { Finding } from './check.ts'
import type { Repository } from './repository.ts'
import { matches } from './roles.ts'
import type { LayoutRules } from './rule-types.ts'

const kinds = [
  { id: 'line-end', pattern: /\r/, message: 'ends a line with CR LF', mend: 'store it with LF' },
  { id: 'tab', pattern: /\t/, message: 'holds a tab', mend: 'indent by two spaces; write \\t in a string' },
  { id: 'trailing', pattern: / +\r?$/, message: 'has spaces at the end of a line', mend: 'remove them' },
] as const

export function bytesOf(repository: Repository, rules: LayoutRules, file: string): Finding[] {
  const text = repository.text(file)
  if (text === '' || !repository.isText(file)) return []
  const lines = repository.lines(file)
  const findings = kinds
    .filter(({ id }) => id !== 'tab' || !matches(file, rules.tabbed))
    .flatMap(({ id, pattern, message, mend }): Finding[] => {
      const hits = lines.flatMap((line, index) => (pattern.test(line) ? [index + 1] : []))
      if (hits.length === 0) return []
      const more = hits.length > 1 ? ` (and on ${hits.length - 1} more lines)` : ''
      return [{ rule: `layout/${id}`, file, line: hits[0], message: message + more, mend }]
    })
  if (text.endsWith('\n')) return findings
  const message = 'does not end with a newline'
  return [...findings, { rule: 'layout/final-newline', file, line: lines.length, message, mend: 'add one' }]
}
