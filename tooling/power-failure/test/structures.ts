// Small persistent structures, each with the errors that one can make in it. The words of a memory, what a run does to
// them, what recovery does, and what has to be true then; the errors are named, and `without` says which are made.
import type { Words } from '@parperos/observe'
import type { CrashState, Recorder } from '../src/index.ts'

export interface Structure {
  words: number
  errors: readonly string[]
  setup(words: Words): void
  run(words: Words, recorder: Recorder<number>, without: (what: string) => boolean): void
  recover(words: Words, without: (what: string) => boolean): void
  check(words: Words, state: CrashState<number>): void
}

const LINE = 16

const must = (holds: boolean, what: string): void => {
  if (!holds) throw new Error(what)
}

/** Makes a range durable; each half can be left out. */
function persist(words: Words, { flush, fence }: Recorder<number>, index: number, count: number, leave = ''): void {
  if (leave !== 'flush') flush(words, index, count)
  if (leave !== 'fence') fence()
}

const either = (without: (what: string) => boolean, name: string): string =>
  without(`the flush of ${name}`) ? 'flush' : without(`the fence behind ${name}`) ? 'fence' : ''

/** A record of four lines, and behind it a flag that says that it is complete. */
const publication: Structure = {
  words: 5 * LINE,
  errors: ['the flush of the record', 'the fence behind the record', 'the flush of the flag', 'the order of both'],
  setup: () => undefined,
  run(words, recorder, without) {
    const write = (): void => {
      for (let i = LINE; i < 5 * LINE; i++) words[i] = i
      persist(words, recorder, LINE, 4 * LINE, either(without, 'the record'))
    }
    const publish = (): void => {
      words[0] = 1
      persist(words, recorder, 0, 1, either(without, 'the flag'))
    }
    for (const step of without('the order of both') ? [publish, write] : [write, publish]) step()
    recorder.note(1)
  },
  recover: () => undefined,
  check(words, { notes }) {
    must(notes.length === 0 || words[0] === 1, 'what was published is gone')
    for (let i = LINE; i < 5 * LINE && words[0] === 1; i++) must(words[i] === i, `word ${i} of the record is missing`)
  },
}

/**
 * Accounts in lines of their own; a transfer writes an undo log first: from, to, their balances, and that it is valid.
 */
const bank: Structure = {
  words: 5 * LINE,
  errors: [
    'the flush of the log',
    'the fence behind the log',
    'the flush of the accounts',
    'the fence behind the accounts',
    'the flush of the end',
    'recovery',
  ],
  setup: (words) => words.fill(100, LINE, 5 * LINE),
  run(words, recorder, without) {
    const transfer = (from: number, to: number, amount: number): void => {
      words.set([from, to, words[from], words[to]], 1)
      // In one line, stores keep their order: it is valid when it is complete.
      words[0] = 1
      persist(words, recorder, 0, 5, either(without, 'the log'))
      words[from] -= amount
      words[to] += amount
      const leave = either(without, 'the accounts')
      if (leave !== 'flush') for (const account of [from, to]) recorder.flush(words, account, 1)
      if (leave !== 'fence') recorder.fence()
      words[0] = 0
      persist(words, recorder, 0, 1, either(without, 'the end'))
      recorder.note(amount)
    }
    transfer(LINE, 2 * LINE, 30)
    transfer(2 * LINE, 3 * LINE, 50)
    transfer(4 * LINE, LINE, 10)
  },
  recover(words, without) {
    if (words[0] === 0 || without('recovery')) return
    const [, from, to, ofFrom, ofTo] = words
    words[from] = ofFrom
    words[to] = ofTo
  },
  check(words, { notes }) {
    const balances = [1, 2, 3, 4].map((account) => words[account * LINE])
    const legal = [
      [100, 100, 100, 100],
      [70, 130, 100, 100],
      [70, 80, 150, 100],
      [80, 80, 150, 90],
    ]
    const now = legal.findIndex((balance) => balance.join() === balances.join())
    const holds = now === notes.length || now === notes.length + 1
    must(holds, `balances ${balances.join()} after ${notes.length} transfers`)
  },
}

/** A queue in which two workers put entries into slots of their own, while a shared count says how many there are. */
const sharedCount: Structure = {
  words: 3 * LINE,
  errors: ['the flush of what the other one stored'],
  setup: () => undefined,
  run(words, recorder, without) {
    const put = (slot: number): void => {
      words[slot * LINE] = slot
      // The other worker's entry is behind the same count: whoever raises it has to answer for both.
      recorder.flush(words, slot * LINE, 1)
      if (!without('the flush of what the other one stored')) recorder.flush(words, LINE, 2 * LINE)
      recorder.fence()
      words[0]++
      persist(words, recorder, 0, 1)
      recorder.note(slot)
    }
    // Worker 1 is stopped when it has stored its entry and raises the count later; 2 does all of it meanwhile.
    words[LINE] = 1
    recorder.as(2, () => put(2))
    words[0]++
    recorder.flush(words, 0, LINE * 2)
    recorder.fence()
    recorder.note(1)
  },
  recover: () => undefined,
  check(words, { notes }) {
    must(words[0] >= notes.length, 'an entry is not counted')
    const entries = [words[LINE], words[2 * LINE]].filter((entry) => entry !== 0).length
    must(words[0] <= entries, `${words[0]} entries are counted, ${entries} are there`)
    for (const slot of notes) must(words[slot * LINE] === slot, `entry ${slot} is gone`)
  },
}

export const structures = { publication, bank, sharedCount } satisfies Record<string, Structure>
