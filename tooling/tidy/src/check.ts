// The shape that every check has, and what it hands back. A check only looks: it never changes the tree.
import type { Repository } from './repository.ts'
import type { Rules } from './rule-types.ts'

export interface Finding {
  /** `<check>/<rule>`: what the table of exceptions names. */
  rule: string
  /** From the repository's root, with forward slashes. */
  file: string
  /** From 1. A finding about a whole file stands on line 1. */
  line: number
  message: string
  /** What to do about it, as an instruction. */
  mend: string
}

export interface Check {
  name: string
  /** One line for `--list`. */
  about: string
  run: (repository: Repository, rules: Rules) => Finding[] | Promise<Finding[]>
}

/** The caller asked for something that tidy cannot do: a message on stderr and exit code 2, no stack. */
export class Misuse extends Error {}
