// Errors that are planted in the TypeScript core for one exploration; each has to be found by the scene that it names.
import type { Mutant } from '@parperos/observe'

export interface CoreMutant extends Mutant {
  what: string
  scene: string
}

const core = (name: string): string => `packages/exmap/src/sab/${name}.ts`

export const mutants: CoreMutant[] = [
  {
    what: 'a page is claimed by a plain write',
    scene: 'allocAgainstAlloc',
    file: core('table'),
    find: 'const seen = compareExchange(words, index, word, claimed)',
    replace: 'const seen = word\n    words[index] = claimed',
  },
  {
    what: 'a page that was claimed meanwhile is claimed all the same',
    scene: 'freeAgainstFree',
    file: core('table'),
    find: '    if (seen === word) return 0\n',
    replace: '    if (seen !== 0) return 0\n',
  },
  {
    what: 'a page that is being written can be freed',
    scene: 'writeAgainstFree',
    file: core('table'),
    find: '(word & (L.tableBusy | L.tableWriting)) !== 0',
    replace: '(word & L.tableBusy) !== 0',
  },
  {
    what: 'the frame of a page is noted once, though the page may have another one by the time it is claimed',
    scene: 'writeAgainstOtherFrame',
    file: core('table'),
    find: `  for (;;) {
    const found = obstacle(area, op, word)
    if (found !== 0) return found
    if (!takesFrames(op)) words[entry + L.entryFrame] = frameOf(area, word)`,
    replace: `  if (!takesFrames(op)) words[entry + L.entryFrame] = frameOf(area, word)
  for (;;) {
    const found = obstacle(area, op, word)
    if (found !== 0) return found`,
  },
  {
    what: 'a claim that failed is carried out too',
    scene: 'allocAgainstAlloc',
    file: core('claim'),
    find: '    setOwn(area, L.interfaceHeld, held + claimed)\n    setFill(area, at, first + claimed, bundleEnd(area, at))',
    replace: '    setOwn(area, L.interfaceHeld, held + count)\n    setFill(area, at, first + claimed, bundleEnd(area, at))',
  },
  {
    what: 'a read that failed lets go of its neighbour too',
    scene: 'failingReadAgainstAlloc',
    file: core('finish'),
    find: '      setPage(area, page, 0)\n    }\n  }\n  return 0\n}\n\n/**\n * Frames go',
    replace: '      setPage(area, page, 0)\n      setPage(area, page + 1, 0)\n    }\n  }\n  return 0\n}\n\n/**\n * Frames go',
  },
  {
    what: 'a bundle that is let go counts as empty at first',
    scene: 'leaverAgainstGiver',
    file: core('shelf'),
    find: `  const isEmpty = bundleCount(area, bundleAt(area, bundle)) === 0
  store(area.words, area.shelfAt + bundle, isEmpty ? 0 : L.shelfShelved)`,
    replace: `  const isEmpty = bundleCount(area, bundleAt(area, bundle)) === 0
  store(area.words, area.shelfAt + bundle, 0)
  if (!isEmpty) store(area.words, area.shelfAt + bundle, L.shelfShelved)`,
  },
  {
    what: 'a bundle is taken by a plain write',
    scene: 'takersOfOneBundle',
    file: core('shelf'),
    find: 'compareExchange(words, index, state, L.shelfOwned | slot) === state) return bundle',
    replace: '(words[index] = L.shelfOwned | slot) !== state) return bundle',
  },
  {
    what: 'an empty bundle is taken by a plain write',
    scene: 'giversAgainstEachOther',
    file: core('shelf'),
    find: 'compareExchange(words, index, state, L.shelfOwned | slot) === state) return bundle',
    replace: '(words[index] = L.shelfOwned | slot) !== state) return bundle',
  },
  {
    what: 'a search that found nothing is believed though a bundle came meanwhile',
    scene: 'neverNone',
    file: core('shelf'),
    find: 'if (bundle !== L.noBundle || load(area.words, L.headerShelved) === before) return bundle',
    replace: 'if (bundle !== L.noBundle || before >= 0) return bundle',
  },
  {
    what: 'nobody is told that a bundle came',
    scene: 'neverNone',
    file: core('shelf'),
    find: '  if (!isEmpty) add(area.words, L.headerShelved, 1)\n',
    replace: '',
  },
  {
    what: 'a bundle is put on the shelf while it is the current one still',
    scene: 'giverAgainstTaker',
    file: core('recover'),
    find: `  setBundles(area, L.noBundle, L.noBundle)
  letGo(area, current)
  letGo(area, spare)`,
    replace: `  letGo(area, current)
  letGo(area, spare)
  area.words[bundleAt(area, current)] = 0`,
  },
  {
    what: 'idle frames are taken without asking whether they are idle',
    scene: 'gathererAgainstOwner',
    file: core('gather'),
    find: 'if (compareExchange(words, lock, 0, L.lockGathering | area.slot) !== 0) continue',
    replace: 'compareExchange(words, lock, 0, L.lockGathering | area.slot)',
  },
  {
    what: 'the owner begins a batch while its frames are being taken',
    scene: 'gathererAgainstOwner',
    file: 'packages/exmap/src/lock.ts',
    find: 'const held = compareExchange(words, at, 0, L.lockOwner)',
    replace: 'const held = load(words, at) < 0 ? 0 : compareExchange(words, at, 0, L.lockOwner)',
  },
  {
    what: 'the lock is open before the frames have been taken',
    scene: 'gathererAgainstOwner',
    file: core('gather'),
    find: `    leave(other)
    store(words, lock, 0)`,
    replace: `    store(words, lock, 0)
    leave(other)`,
  },
  {
    what: 'taking over clears whosever claims it meets',
    scene: 'recoveryOfNotedReadAgainstRead',
    file: core('table'),
    find: '  page < area.pages && area.words[area.tableAt + page] === area.busy',
    replace: '  page < area.pages && area.words[area.tableAt + page] < 0',
  },
  {
    what: 'taking over lets a page go before its frame is in a bundle',
    scene: 'recoveryOfReadAgainstAlloc',
    file: core('recover'),
    find: '  if (index < held && !giveFrame(area, entryFrame(area, index))) return L.eventGiveFrames\n  setPage(area, page, 0)',
    replace: '  setPage(area, page, 0)\n  if (index < held && isClaimed(area, page)) giveFrame(area, entryFrame(area, index))',
  },
  {
    what: 'taking over believes that every mark is the dead worker’s',
    scene: 'recoveryOfNotedWriteAgainstWrite',
    file: core('recover'),
    find: 'if (index < held || markIsOwn(area, page, marked)) compareExchange',
    replace: 'if (index < held || page >= 0) compareExchange',
  },
  {
    what: 'taking over looks only once at what others write',
    scene: 'recoveryOfNotedWriteAgainstWrite',
    file: core('recover'),
    find: '    if (othersWrites(area) === before && other !== NOTED) return other === NOBODY\n',
    replace: '    if (before >= 0 && other !== NOTED) return other === NOBODY\n',
  },
  {
    what: 'taking over writes the page’s word back, whatever it is by now',
    scene: 'recoveryOfNotedWriteAgainstFree',
    file: core('recover'),
    find: 'if (index < held || markIsOwn(area, page, marked)) compareExchange(area.words, area.tableAt + page, marked, word)',
    replace: 'if (!markIsOwn(area, page, marked)) setPage(area, page, word)',
  },
  {
    what: 'pages are marked before their slot has said that it writes',
    scene: 'recoveryOfNotedWriteAgainstWrite',
    file: core('claim'),
    find: '  if (op === L.opWrite) setOwn(area, L.interfaceWrites, own(area, L.interfaceWrites) + 1)\n',
    replace: '',
  },
]
