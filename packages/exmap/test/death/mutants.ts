// Errors, each planted for one run: they do no harm unless a worker dies at that moment. Each is to be found in the scenario
// that it names.
import type { Mutant } from '@parperos/observe'

export interface DeathMutant extends Mutant {
  what: string
  scenario: string
}

const core = (name: string): string => `packages/exmap/src/sab/${name}.ts`
const bundles = 'packages/exmap/src/bundles.ts'

export const mutants: DeathMutant[] = [
  {
    what: 'a frame leaves its bundle before it stands in the hand',
    scenario: 'alloc of a few pages',
    file: core('claim'),
    find: `    setOwn(area, L.interfaceHeld, held + claimed)
    setFill(area, at, first + claimed, bundleEnd(area, at))`,
    replace: `    setFill(area, at, first + claimed, bundleEnd(area, at))
    setOwn(area, L.interfaceHeld, held + claimed)`,
  },
  {
    what: 'a page is claimed before it stands in the hand',
    scenario: 'alloc of a few pages',
    file: core('claim'),
    find: '  setOwn(area, L.interfaceClaiming, held + count)\n',
    replace: '',
  },
  {
    what: 'a frame that is taken away stands in the hand only after its page was claimed',
    scenario: 'free that puts a bundle on the shelf',
    file: core('table'),
    find: '    if (!takesFrames(op)) words[entry + L.entryFrame] = frameOf(area, word)\n',
    replace: `    if (compareExchange(words, index, word, op === L.opWrite ? word | L.tableWriting : area.busy) === word) {
      if (!takesFrames(op)) words[entry + L.entryFrame] = frameOf(area, word)
      return 0
    }\n`,
  },
  {
    what: 'a round is carried out without saying so first',
    scenario: 'alloc of a few pages',
    file: core('finish'),
    find: '  setOwn(area, L.interfacePhase, L.phaseFinish)\n',
    replace: '',
  },
  {
    what: 'frames are given to the bundle a second time',
    scenario: 'free of a few pages',
    file: core('finish'),
    find: '  if (!bundleHas(area, at, entryFrame(area, 0), held)) {',
    replace: '  if (held > 0) {',
  },
  {
    what: 'a page that was not read is let go before its frame',
    scenario: 'a read that fails in part',
    file: core('finish'),
    find: `      if (!bundleHas(area, currentAt(area), frame, area.bundleFrames) && !giveFrame(area, frame)) return L.eventGiveFrames
      setPage(area, page, 0)`,
    replace: `      setPage(area, page, 0)
      if (!bundleHas(area, currentAt(area), frame, area.bundleFrames) && !giveFrame(area, frame)) return L.eventGiveFrames`,
  },
  {
    what: 'the slot counts its pages after the hand is empty',
    scenario: 'alloc of a few pages',
    file: core('hand'),
    find: `  setOwn(area, L.interfaceResident, resident)
  setOwn(area, L.interfacePhase, L.phaseClaim)`,
    replace: `  setOwn(area, L.interfacePhase, L.phaseClaim)
  setOwn(area, L.interfaceResident, resident)`,
  },
  {
    what: 'recovery forgets that a frame may be in the hand and still in its bundle',
    scenario: 'alloc of more than two bundles',
    file: core('recover'),
    find: '  if (takesFrames(op)) takeHeld(area, held)\n',
    replace: '',
  },
  {
    what: 'recovery lets a page go before its frame',
    scenario: 'alloc of a few pages',
    file: core('recover'),
    find: `  if (index < held && !giveFrame(area, entryFrame(area, index))) return L.eventGiveFrames
  setPage(area, page, 0)`,
    replace: `  setPage(area, page, 0)
  if (index < held && !giveFrame(area, entryFrame(area, index))) return L.eventGiveFrames`,
  },
  {
    what: 'recovery forgets pages that were being freed',
    scenario: 'free of a few pages',
    file: core('recover'),
    find: '    else if (op === L.opFree) undoFreeing(area, i)\n',
    replace: '    else if (op === L.opFree) continue\n',
  },
  {
    what: 'recovery forgets pages that were being written',
    scenario: 'a write',
    file: core('recover'),
    find: '    if (op === L.opWrite) undoWriting(area, i, held)\n',
    replace: '    if (op === L.opWrite) continue\n',
  },
  {
    what: 'recovery forgets a bundle in transit',
    scenario: 'free that puts a bundle on the shelf',
    file: core('recover'),
    find: '    else letGo(area, bundle)\n',
    replace: '',
  },
  {
    what: 'recovery leaves another worker locked out whose idle frames were being taken',
    scenario: 'alloc of what another worker has ready',
    file: bundles,
    find: 'if (load(words, lock) === (L.lockGathering | this.#slot)) unlockInterface(words, lock)',
    replace: 'if (load(words, lock) === L.lockGathering - 1) unlockInterface(words, lock)',
  },
  {
    what: 'the allocator writes into a bundle that nobody has noted',
    scenario: 'alloc of a few pages',
    file: bundles,
    find: '    words[this.#self + L.interfaceRefilling] = bundle + 1\n',
    replace: '',
  },
  {
    what: 'a bundle is no longer noted when its frames do not count yet',
    scenario: 'alloc of a few pages',
    file: bundles,
    find: `    this.#setFill(bundle, 0, count)
    words[this.#self + L.interfaceRefilling] = 0
    if`,
    replace: `    words[this.#self + L.interfaceRefilling] = 0
    this.#setFill(bundle, 0, count)
    if`,
  },
  {
    what: 'a frame leaves its bundle for the allocator before it is noted',
    scenario: 'trim',
    file: bundles,
    find: `      words[noted] = frame + 1
      this.#setFill(bundle, first + 1, end)`,
    replace: `      this.#setFill(bundle, first + 1, end)
      words[noted] = frame + 1`,
  },
  {
    what: 'a frame that the allocator has is still in its bundle',
    scenario: 'trim',
    file: bundles,
    find: `      this.#setFill(bundle, first + 1, end)
      words[noted] = (frame + 1) | L.returningCalled
      try {
        this.#frames.put(frame, 0)`,
    replace: `      try {
        this.#frames.put(frame, 0)
        this.#setFill(bundle, first + 1, end)`,
  },
]
