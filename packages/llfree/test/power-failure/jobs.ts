// What is examined: each job is a scenario, or an opening, on one medium with one seed.
import { meetings } from './meetings.ts'
import { operations } from './operations.ts'
import type { MediumName, RunOptions } from './scenario.ts'

export interface Job extends RunOptions {
  kind: 'operations' | 'meetings' | 'reopenings' | 'first opening' | 'compiled operations'
  /** The name of a scenario, or what a first opening makes of all frames. */
  subject: string
  /** The program that does compiled operations. */
  program?: string
}

/** After these, allocators are opened again. */
const reopened = /^(?:two gets|a put, and|puts of a part|the life of).*order (?:7|9|10), 15 %/

const subjects: Record<Job['kind'], string[]> = {
  operations: operations.map(({ name }) => name),
  meetings: meetings.map(({ name }) => name),
  reopenings: operations.map(({ name }) => name).filter((name) => reopened.test(name)),
  'first opening': ['free', 'allocated'],
  'compiled operations': operations.map(({ name }) => name),
}

/** All jobs of a kind on a medium whose subjects have that text in them. */
export const jobsOf = (kind: Job['kind'], medium: MediumName, seeds: number, limit: number, text = ''): Job[] =>
  subjects[kind]
    .filter((subject) => subject.includes(text))
    .flatMap((subject) => Array.from({ length: seeds }, (_, i) => ({ kind, subject, medium, seed: i + 1, limit })))
