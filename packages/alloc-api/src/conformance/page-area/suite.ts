// The suite of the page-area contract: every sentence of it is a check.
import type { PageAreaConfig } from '../../page-area.ts'
import type { Check } from '../subject.ts'
import { addresses } from './addresses.ts'
import { batches } from './batches.ts'
import { flight } from './flight.ts'
import { handles } from './handles.ts'
import { opening } from './opening.ts'
import { pages } from './pages.ts'
import { randomly } from './randomly.ts'
import { reading } from './reading.ts'
import { sharing } from './sharing.ts'
import { slots } from './slots.ts'
import { PageRig, type PageAreaSubject, type PagePart } from './subject.ts'
import { configOf, runTrace, type PageTrace } from './trace.ts'
import { writing } from './writing.ts'

const parts: readonly PagePart[] = [
  opening,
  pages,
  batches,
  reading,
  writing,
  addresses,
  flight,
  slots,
  sharing,
  handles,
  randomly,
]

/**
 * The checks of the page-area contract for one implementation. Each stands alone, in a memory and with a file of its
 * own, and throws a `ConformanceError` or what the implementation threw when the contract does not hold. With vitest:
 * `for (const { name, run } of pageAreaSuite(subject)) it(name, run)`.
 */
export function pageAreaSuite<Config extends PageAreaConfig>(subject: PageAreaSubject<Config>): Check[] {
  const rig = new PageRig(subject)
  return parts.flatMap((part) => part(rig))
}

/**
 * What seeded batches come to on an implementation: all results, and a number for each page's bytes at the end. Any two
 * implementations answer alike. Throws a `ConformanceError` as soon as the contract does not hold.
 */
export async function pageAreaAnswers<Config extends PageAreaConfig>(
  subject: PageAreaSubject<Config>,
  trace: PageTrace,
): Promise<number[]> {
  const rig = new PageRig(subject)
  const answers: number[] = []
  await rig.inWorld(configOf(trace), async (world) => {
    for (const answer of await runTrace(rig, world, trace)) answers.push(answer)
  })
  return answers
}
