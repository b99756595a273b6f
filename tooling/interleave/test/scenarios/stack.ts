// Treiber's stack over indexes: a pop that is overtaken by two others and a push sees the head that it expects and puts a
// node in its place that is no longer there (the ABA problem). A count beside the index, in the same word, ends that.
import type { Scenario } from '@parperos/interleave'

const HEAD = 0
const NEXT = 1
const NODES = 3

/** Nodes are numbered from 1; `countBits` is 0 for the plain stack. */
const stack = (counted: boolean): Scenario<number[]> => {
  const bits = counted ? 8 : 32
  const nodeOf = (head: number): number => (counted ? head & 0xff : head)
  const withNode = (head: number, node: number): number => (counted ? (((head >>> bits) + 1) << bits) | node : node)
  const pop = (memory: Int32Array): number => {
    for (;;) {
      const head = Atomics.load(memory, HEAD)
      const node = nodeOf(head)
      if (node === 0) return 0
      const next = memory[NEXT + node]
      if (Atomics.compareExchange(memory, HEAD, head, withNode(head, next)) === head) return node
    }
  }
  const push = (memory: Int32Array, node: number): void => {
    for (;;) {
      const head = Atomics.load(memory, HEAD)
      memory[NEXT + node] = nodeOf(head)
      if (Atomics.compareExchange(memory, HEAD, head, withNode(head, node)) === head) return
    }
  }
  return {
    words: NEXT + NODES + 1,
    setup(memory) {
      for (let node = NODES; node >= 1; node--) push(memory, node)
    },
    workers: [
      (memory) => [pop(memory)],
      (memory) => {
        const [one, two] = [pop(memory), pop(memory)]
        if (one !== 0) push(memory, one)
        return [two]
      },
    ],
    check(memory, results) {
      const held = results.flat().filter((node) => node !== 0)
      for (let node = pop(memory); node !== 0; node = pop(memory)) held.push(node)
      if (held.toSorted().join() !== '1,2,3') throw new Error(`the nodes 1,2,3 became ${held.join()}`)
    },
  }
}

export const plain = stack(false)
export const counted = stack(true)
