// Errors planted on purpose: what is flushed, what it is fenced by, in which order things are stored, and what recovery
// makes of it. Each says which jobs find it: of which kind, on which medium, and with what in their subjects.
import type { Mutant } from '@parperos/observe'
import type { Job } from './jobs.ts'
import type { MediumName } from './scenario.ts'

export interface PlantedError {
  name: string
  found: [kind: Job['kind'], medium: MediumName, subject: string]
  mutants: Mutant[]
}

/** An error in files of src/sab, or of src: what is replaced, by what. */
const planted = (
  name: string,
  found: PlantedError['found'],
  ...changes: [file: string, find: string, replace?: string][]
): PlantedError => ({
  ...{ name, found },
  mutants: changes.map(([file, find, replace = '']) => ({
    ...{ find, replace },
    file: `packages/llfree/src/${file === 'open' ? '' : 'sab/'}${file}.ts`,
  })),
})

const lines = 'lines are flushed'
const torn = 'lines are flushed and can be torn'
const pages = 'pages are written'
const survive = 'caches survive'

const flushOfBits = '  persistence.flush(words, area.bitsAt + child * L.rows, L.rows)\n'
const flushOfCounter = '  persistence.flush(words, area.childrenAt + (child >>> 1), 1)\n'
const flushOfBlock = '  flushChild(area, child)\n  if (order'
const fenceOfBlock = 'flushChild(area, child + 1)\n  persistence.fence()\n'
const flushOfPut = '    if (given > 0) persistBlock(area, frame, order)\n'

const ofOperations: PlantedError[] = [
  planted(
    'a get near the last one is not flushed',
    ['operations', lines, 'two gets'],
    ['llfree', '    persistBlock(area, frame, order)\n    return', '    return'],
  ),
  planted(
    'a get that had to search is not flushed',
    ['operations', lines, 'two gets'],
    ['llfree', '    if (frame >= 0) persistBlock(area, frame, order)\n'],
  ),
  planted(
    'a get at a place is not flushed',
    ['operations', lines, 'a get at a place'],
    ['llfree', '      if (taken === 1) persistBlock(area, frame, order)\n'],
  ),
  planted('a put is not flushed', ['operations', lines, 'a put, and'], ['llfree', flushOfPut]),
  planted(
    'a put is flushed before it is done',
    ['operations', lines, 'a put, and'],
    ['llfree', flushOfPut],
    ['llfree', '    const given = putBlock(', '    persistBlock(area, frame, order)\n    const given = putBlock('],
  ),
  planted(
    'a batch of gets is not flushed',
    ['operations', lines, 'a batch of gets'],
    ['llfree', '        persistFrames(area, into, count, many)\n'],
  ),
  planted(
    'only the first huge frame of a batch is flushed',
    ['meetings', lines, 'a batch is taken'],
    ['persist', 'if (child !== flushed) flush', 'if (flushed < 0) flush'],
  ),
  planted(
    'a batch of puts is not flushed',
    ['operations', lines, 'a batch of gets'],
    ['llfree', '    if (given > 0) persistBlock(area, first, 0)\n'],
  ),
  planted(
    'what a lost race undid is not flushed',
    ['meetings', lines, 'is sought while'],
    ['lower', '  flushChild(area, child)\n  return given ? NONE', '  return given ? NONE'],
  ),
  planted(
    'what a lost race for a place undid is not flushed',
    ['meetings', lines, 'is asked for by name while'],
    ['lower', '  flushChild(area, child)\n  return given ? 0', '  return given ? 0'],
  ),
]

const ofFlushes: PlantedError[] = [
  planted('counters are not flushed', ['operations', lines, 'puts of a part'], ['persist', flushOfCounter]),
  planted('bits are not flushed', ['operations', lines, 'two gets'], ['persist', flushOfBits]),
  planted('bits are not flushed, in a file', ['operations', pages, 'two gets'], ['persist', flushOfBits]),
  planted(
    'bits of huge blocks are not flushed: a split is durable before them',
    ['operations', lines, 'the life of a block'],
    [
      'persist',
      flushOfBlock,
      `  if (order < L.hugeOrder) flushChild(area, child)
  else persistence.flush(area.words, area.childrenAt + (child >>> 1), 1)
  if (order`,
    ],
  ),
  planted(
    'the second huge frame of a pair is not flushed',
    ['operations', lines, 'order 10'],
    ['persist', '  if (order === L.maxOrder) flushChild(area, child + 1)\n'],
  ),
  planted(
    'the huge frame beside it is flushed instead',
    ['operations', lines, 'two gets'],
    ['persist', flushOfBlock, flushOfBlock.replace('child)', 'child ^ 1)')],
  ),
]

const ofFences: PlantedError[] = [
  planted(
    'no fence behind a block',
    ['operations', lines, 'two gets'],
    ['persist', fenceOfBlock, fenceOfBlock.replace('  persistence.fence()\n', '')],
  ),
  planted(
    'the fence comes before the flush',
    ['operations', torn, 'two gets'],
    ['persist', fenceOfBlock, fenceOfBlock.replace('  persistence.fence()\n', '')],
    ['persist', flushOfBlock, `  persistence.fence()\n${flushOfBlock}`],
  ),
  planted(
    'no fence behind a batch',
    ['operations', lines, 'a batch of gets'],
    ['persist', '    flushed = child\n  }\n  persistence.fence()\n', '    flushed = child\n  }\n'],
  ),
  planted(
    'no fence behind an operation that got nothing',
    ['meetings', lines, 'while a frame at its end is taken'],
    ['persist', '  if (area.persistence !== null) area.persistence.fence()\n'],
  ),
]

const changePair = (way: string): string =>
  `changePair(words, childrenAt, child, L.childFrames, L.childHuge)) return false\n${way}`
const endOfPut = 'changeChild(words, childrenAt, child, L.childFreeing, L.childFrames)'

const ofStores: PlantedError[] = [
  planted(
    'a pair becomes huge in two steps',
    ['operations', survive, 'two gets, order 10'],
    [
      'lower',
      changePair(''),
      `changeChild(words, childrenAt, child, L.childFrames, L.childHuge)) return false
    if (!changeChild(words, childrenAt, child + 1, L.childFrames, L.childHuge)) return false\n`,
    ],
  ),
  planted(
    'a huge block is free before its bits are',
    ['operations', survive, 'a put, and a get behind it, order 9'],
    [
      'lower',
      `    fill(words, fieldAt(area, child), 0)\n    return ${endOfPut} ?`,
      `    const ended = ${endOfPut}\n    fill(words, fieldAt(area, child), 0)\n    return ended ?`,
    ],
  ),
]

const stateOfBits = 'state === L.childHuge ? ALL : 0)'
const firstRow = 'area.words[area.bitsAt + child * L.rows]'

const ofRecovery: PlantedError[] = [
  planted(
    'a huge block keeps the bits that arrived',
    ['operations', lines, 'the life of a block'],
    ['recover', stateOfBits, `state === L.childHuge ? ${firstRow} : 0)`],
  ),
  planted(
    'a huge block is what its bits say',
    ['operations', survive, 'two gets'],
    ['recover', '    if (found === L.childHuge) return endHuge(area, child, L.childHuge, into)\n'],
  ),
  planted(
    'a put that is ended keeps its bits',
    ['operations', lines, 'a put, and'],
    ['recover', stateOfBits, `state === L.childHuge ? ALL : ${firstRow})`],
  ),
  planted(
    'a put of a huge block that has begun is not ended',
    ['operations', survive, 'a put, and'],
    ['recover', 'L.childFreeing && rowsAreWhole(area, child))', 'L.childFreeing && !hasClearRow(area, child))'],
  ),
  planted(
    'each half of a pair has its own fate',
    ['operations', survive, 'a put, and a get behind it, order 10'],
    ['recover', '  const both = paired &&', '  const both = paired && area.frames < 0 &&'],
  ),
  planted(
    'counters are believed',
    ['operations', lines, 'two gets'],
    ['recover', '  const free = any === 0', '  if (found <= FIELD) return found\n  const free = any === 0'],
  ),
]

const flushOfAll = '  persistence?.flush(words, 0, shape.wordsTotal)\n'
const magic = '  store(words, L.headerMagic, L.magic)\n'

const ofOpening: PlantedError[] = [
  planted(
    'what recovery made is not flushed',
    ['reopenings', lines, 'order 10'],
    ['open', flushOfAll],
  ),
  planted(
    'what recovery made is flushed, without a fence',
    ['reopenings', lines, 'order 10'],
    ['open', '  persistence?.fence()\n  store(words', '  store(words'],
    ['open', 'persistence?.flush(words, L.headerMagic, 1)\n  persistence?.fence()\n', ''],
  ),
  planted(
    'recovery is not flushed, only its counters',
    ['reopenings', lines, 'order'],
    ['open', flushOfAll, '  persistence?.flush(words, 0, shape.bitsAt)\n'],
  ),
  planted(
    'the magic number is stored before the rest is durable',
    ['first opening', lines, 'allocated'],
    ['open', flushOfAll, `${magic}${flushOfAll}`],
    ['open', `  persistence?.fence()\n${magic}`, '  persistence?.fence()\n'],
  ),
]

export const plantedErrors = [...ofOperations, ...ofFlushes, ...ofFences, ...ofStores, ...ofRecovery, ...ofOpening]
