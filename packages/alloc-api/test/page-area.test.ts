// The suite of page areas accepts the model: as page tables and with pages at addresses of their own, over files that
// are arrays and over real ones. All of the contract can be kept, and by something obvious.
import { describe, expect, it } from 'vitest'
import {
  pageAreaAnswers,
  pageAreaSuite,
  type PageAreaSubject,
  type PageTrace,
} from '../src/conformance/page-area/index.ts'
import { createMemory } from '../src/index.ts'
import { openRealFile } from '../src/model/page-area-files.ts'
import { makePageAreaModel } from '../src/model/page-area.ts'
import { modelSubject } from './mutants-page-area/subject.ts'

const subjects: PageAreaSubject[] = [
  modelSubject('a page table over files that are arrays', {}),
  modelSubject('mapped pages over files that are arrays', { mapped: true }),
  {
    name: 'a page table over real files, in a WebAssembly memory',
    backend: makePageAreaModel({ openFile: openRealFile }),
    memory: (bytes) => createMemory({ backend: 'wasm', bytes }),
  },
]

describe.each(subjects)('the model as $name', (subject) => {
  for (const { name, run } of pageAreaSuite(subject)) it(name, run)
})

it('checks have names, each another', () => {
  const suite = pageAreaSuite(subjects[0])
  expect(new Set(suite.map(({ name }) => name)).size).toBe(suite.length)
})

describe('a trace', () => {
  const size = { pages: 80, room: 40, slots: 2, fileBytes: 70 * 4096 + 5 }
  const trace: PageTrace = { ...size, seed: 9, batches: 100, longest: 10 }

  it('comes to the same on every implementation', async () => {
    const [first, ...others] = await Promise.all(subjects.map((subject) => pageAreaAnswers(subject, trace)))
    for (const other of others) expect(other).toEqual(first)
  })

  it('comes to something else with another seed', async () => {
    const [subject] = subjects
    expect(await pageAreaAnswers(subject, { ...trace, seed: 10 })).not.toEqual(await pageAreaAnswers(subject, trace))
  })
})
