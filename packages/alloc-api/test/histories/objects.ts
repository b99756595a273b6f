// Sequential objects other than frame allocators, from the literature on linearizability, to test the search with.
import type { Specification, Timed } from '../../src/conformance/index.ts'

/** What a worker did to a register or a queue, and when. */
export interface Access extends Timed {
  what: 'write' | 'read' | 'enqueue' | 'dequeue'
  value: number
}

const access =
  (what: Access['what']) =>
  (value: number, invoked: number, returned: number | null): Access => ({ what, value, invoked, returned })

export const write = access('write')
/** A read that saw that value. */
export const read = access('read')
export const enqueue = access('enqueue')
/** A dequeue that gave that value. */
export const dequeue = access('dequeue')

/** One value, 0 at first. */
export class Register implements Specification<Access> {
  readonly #values = [0]

  apply({ what, value }: Access): boolean {
    const now = this.#values.at(-1) ?? 0
    if (what === 'read' && value !== now) return false
    this.#values.push(value)
    return true
  }

  revert(): void {
    this.#values.pop()
  }

  key(): string {
    return String(this.#values.at(-1))
  }
}

/** First in, first out. */
export class Queue implements Specification<Access> {
  #values: number[] = []

  apply({ what, value }: Access): boolean {
    if (what === 'dequeue' && this.#values[0] !== value) return false
    this.#values = what === 'enqueue' ? [...this.#values, value] : this.#values.slice(1)
    return true
  }

  revert({ what, value }: Access): void {
    this.#values = what === 'enqueue' ? this.#values.slice(0, -1) : [value, ...this.#values]
  }

  key(): string {
    return this.#values.join()
  }
}

/** The same verdict by trying every sequence: no list, no memory of what was seen. */
export function isExplainable<Operation extends Timed>(
  operations: readonly Operation[],
  specification: Specification<Operation>,
): boolean {
  const isOver = operations.every(({ returned }) => returned === null)
  if (isOver && (specification.accepts?.() ?? true)) return true
  const firstReturn = Math.min(...operations.map(({ returned }) => returned ?? Infinity))
  return operations.some((one) => {
    if (one.invoked > firstReturn || !specification.apply(one)) return false
    const rest = operations.filter((other) => other !== one)
    const found = isExplainable(rest, specification)
    specification.revert(one)
    return found
  })
}
