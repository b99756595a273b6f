// Policies are data: which classes of allocations there are, which class an order has when the caller names none, and
// what a class may do with a tree of another. They are written into the header, so that every worker and every backend
// follows the same one, and allocators in one process can differ.
import { MAX_ORDER, ParperosError } from '@parperos/alloc-api'
import * as L from './layout.ts'

/**
 * What a request may do with a tree of some class. `match`: reserve it. `steal`: take single blocks, its class stays.
 * `demote`: make it a tree of the requested class. `no`: leave it alone, even when memory runs out.
 */
export type PolicyAction = 'match' | 'steal' | 'demote' | 'no'

export interface ClassPolicy {
  /** The names of the classes, 1 … 8; `frameClass` arguments are indexes into this list. */
  classes: readonly string[]
  /** The class of each order 0 … 10 when the caller names none. */
  orderClass: readonly number[]
  /** The class that a tree has while it is entirely free; any class may reserve such a tree. */
  defaultClass: number
  /** `actions[requested][tree's class]`. */
  actions: readonly (readonly PolicyAction[])[]
}

/**
 * Two classes: small blocks (orders 0–8) and huge ones (9 and 10). Small blocks keep to their own trees and make a huge
 * tree theirs only when nothing else is left; huge blocks use whole huge frames of small trees then.
 */
export const smallAndHuge: ClassPolicy = {
  classes: ['small', 'huge'],
  orderClass: [0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1],
  defaultClass: 1,
  actions: [
    ['match', 'demote'],
    ['steal', 'match'],
  ],
}

const actionNumber: Record<PolicyAction, number> = {
  no: L.actionNo,
  match: L.actionMatch,
  steal: L.actionSteal,
  demote: L.actionDemote,
}

/** Throws `BAD_OPTION` naming what is wrong with a policy. */
export function checkPolicy(policy: ClassPolicy): void {
  if (!hasItsLists(policy)) throw bad('has lists classes, orderClass and actions, and a defaultClass')
  const { classes, orderClass, defaultClass, actions } = policy
  const count = classes.length
  const isClass = (value: number): boolean => Number.isInteger(value) && value >= 0 && value < count
  if (classes.some((name) => name.length === 0 || new TextEncoder().encode(name).length > NAME_BYTES)) {
    throw bad(`names classes with 1 to ${NAME_BYTES} bytes, got ${JSON.stringify(classes)}`)
  }
  if (count < 1 || count > L.maxClasses) throw bad(`has 1 to ${L.maxClasses} classes, got ${count}`)
  if (orderClass.length !== MAX_ORDER + 1) throw bad(`names a class for ${MAX_ORDER + 1} orders, got ${orderClass.length}`)
  if (!orderClass.every(isClass)) throw bad(`names classes 0 … ${count - 1} for the orders, got ${orderClass.join(', ')}`)
  if (!isClass(defaultClass)) throw bad(`has a default class 0 … ${count - 1}, got ${defaultClass}`)
  if (actions.length !== count || actions.some((row) => row.length !== count)) {
    throw bad(`has ${count} rows of ${count} actions, one for each pair of classes`)
  }
  for (const action of actions.flat()) {
    if (!Object.hasOwn(actionNumber, action)) throw bad(`has actions match, steal, demote or no, got ${JSON.stringify(action)}`)
  }
}

/** JavaScript hands in whatever it likes. */
function hasItsLists(policy: ClassPolicy): boolean {
  const { classes, orderClass, actions } = (policy as Partial<ClassPolicy> | null) ?? {}
  return [classes, orderClass, actions].every(Array.isArray) && (actions as unknown[]).every(Array.isArray)
}

/** Bytes of a class's name in the header. */
const NAME_BYTES = 16

/** Writes a checked policy into the header. */
export function writePolicy(words: Int32Array, policy: ClassPolicy): void {
  policy.classes.forEach((name, index) => nameBytes(words, index).set(new TextEncoder().encode(name)))
  words[L.headerDefaultClass] = policy.defaultClass
  policy.orderClass.forEach((value, order) => (words[L.headerOrderClass + order] = value))
  policy.actions.forEach((row, requested) =>
    row.forEach((action, held) => (words[L.headerPolicy + requested * L.maxClasses + held] = actionNumber[action])),
  )
}

/** The names of the classes. */
export const readClassNames = (words: Int32Array, classes: number): string[] =>
  // `slice` copies out of shared memory: TextDecoder refuses shared views.
  Array.from({ length: classes }, (_, index) => new TextDecoder().decode(nameBytes(words, index).slice()).replace(/\0+$/, ''))

const nameBytes = (words: Int32Array, index: number): Uint8Array =>
  new Uint8Array(words.buffer, words.byteOffset + L.headerClassNames * 4 + index * NAME_BYTES, NAME_BYTES)

/** Checks the policy of a header that somebody else wrote; false when a number in it is out of its range. */
export function policyIsValid(words: Int32Array, classes: number): boolean {
  const isClass = (value: number): boolean => value >= 0 && value < classes
  if (!isClass(words[L.headerDefaultClass])) return false
  for (let order = 0; order <= MAX_ORDER; order++) if (!isClass(words[L.headerOrderClass + order])) return false
  for (let i = 0; i < L.maxClasses * L.maxClasses; i++) {
    const action = words[L.headerPolicy + i]
    if (action < L.actionNo || action > L.actionDemote) return false
  }
  return true
}

const bad = (what: string): ParperosError => new ParperosError('BAD_OPTION', `a class policy ${what}`)
