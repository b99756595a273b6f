// Policies that tests use beside the usual one.
import { smallAndHuge, type ClassPolicy } from '../../src/index.ts'

/** Three classes, every action among them: what is pinned never shares with what can be moved, except by force. */
export const pinnedAndMovable: ClassPolicy = {
  classes: ['pinned', 'movable', 'huge'],
  orderClass: [0, 0, 0, 1, 1, 1, 1, 1, 1, 2, 2],
  defaultClass: 2,
  actions: [
    ['match', 'no', 'demote'],
    ['steal', 'match', 'demote'],
    ['no', 'steal', 'match'],
  ],
}

export const policies = { smallAndHuge, pinnedAndMovable } satisfies Record<string, ClassPolicy>
