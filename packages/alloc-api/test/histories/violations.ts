// Histories that no sequence explains, each with one thing wrong with it: what a frame allocator must never do
// although each answer by itself looks like one that it may give. `beside` is another history that differs in little
// and is right.
import type { History } from '../../src/conformance/history.ts'
import { block, drained, got, gotAt, history, put, refused } from './make.ts'

export interface Violation {
  /** After "rejects". */
  what: string
  wrong: History
  beside: History
  /** How many operations are left when it has been made smaller. */
  operations: number
}

export const violations: Violation[] = [
  {
    what: 'a frame that was handed out twice',
    wrong: history(8, [block(0, 1)], [got(0, [0, 3], 0, 1), got(1, [1, 2], 0, 1)]),
    beside: history(8, [block(0, 1)], [got(0, [0, 3], 0, 1), got(1, [1, 2], 0, 0)]),
    operations: 2,
  },
  {
    what: 'a block that was handed out together with part of it',
    wrong: history(8, [block(0, 2)], [got(0, [0, 3], 2, 0), got(1, [1, 2], 0, 3)]),
    beside: history(8, [block(0, 3)], [got(0, [0, 3], 2, 0), got(1, [1, 2], 0, 4)]),
    operations: 2,
  },
  {
    what: 'a get that found nothing while a frame was free throughout',
    wrong: history(8, [block(5)], [put(0, [0, 3], 0, 2), refused(1, [1, 2], 0), got(0, [4, 5], 0, 2)]),
    beside: history(8, [], [put(0, [0, 3], 0, 2), refused(1, [1, 2], 0), got(0, [4, 5], 0, 2)]),
    operations: 1,
  },
  {
    what: 'a get that found nothing between a put that had returned and a get that came later',
    wrong: history(8, [], [put(0, [0, 1], 0, 2), refused(1, [2, 3], 0), got(2, [4, 5], 0, 2)]),
    beside: history(8, [], [put(0, [0, 3], 0, 2), refused(1, [1, 2], 0), got(2, [4, 5], 0, 2)]),
    operations: 1,
  },
  {
    what: 'a put that took effect after it had returned',
    wrong: history(8, [], [put(0, [0, 1], 0, 4), gotAt(1, [2, 3], 0, 4, false), got(2, [4, 5], 0, 4)]),
    beside: history(8, [], [put(0, [0, 3], 0, 4), gotAt(1, [1, 2], 0, 4, false), got(2, [4, 5], 0, 4)]),
    operations: 1,
  },
  {
    what: 'a put that took effect before it was called',
    wrong: history(8, [], [got(1, [0, 1], 0, 4), put(0, [2, 3], 0, 4)]),
    beside: history(8, [], [got(1, [0, 3], 0, 4), put(0, [1, 2], 0, 4)]),
    operations: 1,
  },
  {
    what: 'a getAt that was refused although its block was free throughout',
    wrong: history(8, [block(4, 2)], [gotAt(0, [0, 3], 1, 4, false), got(1, [1, 2], 0, 6)]),
    beside: history(8, [block(4, 2)], [gotAt(0, [0, 3], 1, 4, false), got(1, [1, 2], 0, 5)]),
    operations: 1,
  },
  {
    what: 'a getAt that took what was allocated throughout',
    wrong: history(8, [block(0)], [gotAt(0, [0, 3], 0, 4), got(1, [1, 2], 0, 0)]),
    beside: history(8, [block(0), block(4)], [gotAt(0, [0, 3], 0, 4), got(1, [1, 2], 0, 0)]),
    operations: 1,
  },
  {
    what: 'a put that was refused although all of its block was allocated throughout',
    wrong: history(8, [], [put(0, [0, 3], 1, 2, false), put(1, [1, 2], 0, 4)]),
    beside: history(8, [], [put(0, [0, 3], 1, 2, false), put(1, [1, 2], 0, 3)]),
    operations: 1,
  },
  {
    what: 'a block that two workers gave back, both with success',
    wrong: history(8, [], [put(0, [0, 3], 2, 4), put(1, [1, 2], 2, 4)]),
    beside: history(8, [], [put(0, [0, 3], 2, 4), put(1, [1, 2], 2, 4, false)]),
    operations: 2,
  },
  {
    what: 'a block that is no multiple of its size',
    wrong: history(8, [block(0, 3)], [got(0, [0, 1], 1, 3), got(1, [2, 3], 0, 7)]),
    beside: history(8, [block(0, 3)], [got(0, [0, 1], 1, 2), got(1, [2, 3], 0, 7)]),
    operations: 1,
  },
  {
    what: 'a block that reaches beyond the last frame',
    wrong: history(6, [block(4, 1)], [got(0, [0, 1], 2, 4)]),
    beside: history(6, [block(4, 1)], [refused(0, [0, 1], 2)]),
    operations: 1,
  },
  {
    // A put that is refused sees a free frame, a getAt that is refused an allocated one.
    what: 'two workers that saw two puts in different orders',
    wrong: history(
      8,
      [],
      [
        put(0, [0, 11], 0, 1),
        put(1, [1, 10], 0, 2),
        put(2, [2, 5], 0, 1, false),
        gotAt(2, [6, 9], 0, 2, false),
        put(3, [3, 4], 0, 2, false),
        gotAt(3, [7, 8], 0, 1, false),
      ],
    ),
    beside: history(
      8,
      [],
      [
        put(0, [0, 11], 0, 1),
        put(1, [1, 10], 0, 2),
        put(2, [2, 5], 0, 1, false),
        gotAt(2, [6, 9], 0, 2, false),
        gotAt(3, [3, 4], 0, 2, false),
        gotAt(3, [7, 8], 0, 1),
      ],
    ),
    operations: 3,
  },
  {
    what: 'a block whose halves were never free at the same moment',
    wrong: history(8, [block(2)], [got(0, [0, 3], 0, 2), put(1, [4, 5], 0, 3), got(2, [1, 6], 1, 2)]),
    beside: history(8, [block(2)], [got(0, [0, 3], 0, 2), put(1, [4, 5], 0, 3), refused(2, [1, 6], 1)]),
    operations: 3,
  },
  {
    what: 'a frame that nobody gave back and that is free in the end',
    wrong: history(8, [], [put(0, [0, 1], 0, 2), drained(1, [2, 3])], [block(2), block(5)]),
    beside: history(8, [], [put(0, [0, 1], 0, 2), drained(1, [2, 3])], [block(2)]),
    operations: 0,
  },
  {
    what: 'a frame that was given back and is not free in the end',
    wrong: history(8, [], [put(0, [0, 1], 0, 2), put(1, [2, 3], 0, 5)], [block(2)]),
    beside: history(8, [], [put(0, [0, 1], 0, 2), put(1, [2, 3], 0, 5)], [block(2), block(5)]),
    operations: 1,
  },
]
