// Whether committed transactions could have been done one after the other. Each one that writes a key has read it before, and
// each written value names the transaction, so the order of a key's versions is known, and with it who had to come before
// whom: whoever wrote what one read, whoever wrote the version before one's own, and whoever read what one has replaced. If
// these make no circle, there is an order (Adya, "Weak Consistency", 1999).

export interface Committed {
  /** Number of the worker and of the transaction. */
  id: string
  /** Of each key that was read, who wrote what was found. */
  reads: Record<string, string>
  /** Keys that were written. */
  writes: string[]
}

/** A circle of transactions, each of which had to come before the next; null: there is none. Throws when an update was lost. */
export function findCircle(history: readonly Committed[]): string[] | null {
  const writers = new Map<string, string>()
  for (const { id, reads, writes } of history) {
    for (const key of writes) {
      const replaced = `${key} of ${reads[key]}`
      const other = writers.get(replaced)
      if (other !== undefined) throw new Error(`${id} and ${other} have both replaced ${replaced}: an update was lost`)
      writers.set(replaced, id)
    }
  }
  const before = new Map(history.map(({ id }) => [id, new Set<string>()]))
  for (const { id, reads, writes } of history) {
    for (const [key, writer] of Object.entries(reads)) {
      before.get(writer)?.add(id)
      const next = writers.get(`${key} of ${writer}`)
      if (next !== undefined && next !== id) before.get(writes.includes(key) ? writer : id)?.add(next)
    }
  }
  return circleIn(before)
}

/** Without recursion: histories are long. */
function circleIn(edges: ReadonlyMap<string, ReadonlySet<string>>): string[] | null {
  const done = new Set<string>()
  for (const start of edges.keys()) {
    const path: string[] = []
    const onPath = new Set<string>()
    const stack: [string, Iterator<string>][] = []
    const enter = (id: string): void => {
      path.push(id)
      onPath.add(id)
      stack.push([id, (edges.get(id) ?? new Set<string>()).values()])
    }
    if (!done.has(start)) enter(start)
    while (stack.length > 0) {
      const [id, following] = stack[stack.length - 1]
      const { value, done: isLast } = following.next() as IteratorResult<string, undefined>
      if (isLast === true) {
        stack.pop()
        path.pop()
        onPath.delete(id)
        done.add(id)
      } else if (onPath.has(value)) {
        return [...path.slice(path.indexOf(value)), value]
      } else if (!done.has(value)) {
        enter(value)
      }
    }
  }
  return null
}
