// The obvious oracle: every crash state of a trace, by carrying along the set of all machines that there can be. A
// machine is the media, and the stores that have not arrived. After each event every store that may arrive next does,
// in every way; nothing is counted, bounded or shared between states. It is slow, and shares no code with what it
// checks.
import type { Reorder } from '../src/frontier.ts'
import type { Trace } from '../src/trace.ts'

interface Store {
  id: number
  index: number
  is: number
}

interface Machine {
  media: number[]
  pending: Store[]
}

interface Flushed {
  worker: number
  ids: number[]
}

const keyOf = ({ media, pending }: Machine): string => `${media.join()}|${pending.map(({ id }) => id).join()}`

/** The contents that the media can have after `point` events, each as its words joined by commas. */
export function* reachable(trace: Trace, reorder: Reorder, granularity: number): Generator<Set<string>> {
  const byteOf = (index: number): number => trace.byteOffset + index * 4
  const unitOf = (index: number): number => (reorder === 'words' ? index : Math.floor(byteOf(index) / 64))
  const inFlush = (index: number, from: number, count: number): boolean => {
    const granule = Math.floor(byteOf(index) / granularity)
    const first = Math.floor(byteOf(from) / granularity)
    return count > 0 && granule >= first && granule <= Math.floor(byteOf(from + count - 1) / granularity)
  }
  let machines: Machine[] = [{ media: [...trace.initial], pending: [] }]
  let flushed: Flushed[] = []
  const made: Store[] = []
  yield contents(machines)
  for (const event of trace.events) {
    if (event.type === 'store') {
      const store = { id: made.length, index: event.index, is: event.is }
      made.push(store)
      machines = closure(
        machines.map(({ media, pending }) => ({ media, pending: [...pending, store] })),
        unitOf,
      )
      if (reorder === 'none') machines = machines.filter(({ pending }) => pending.length === 0)
    } else if (event.type === 'flush') {
      const ids = made.filter(({ index }) => inFlush(index, event.index, event.count)).map(({ id }) => id)
      flushed.push({ worker: event.worker, ids })
    } else if (event.type === 'fence') {
      const arrived = new Set(flushed.filter(({ worker }) => worker === event.worker).flatMap(({ ids }) => ids))
      flushed = flushed.filter(({ worker }) => worker !== event.worker)
      machines = machines.filter(({ pending }) => pending.every(({ id }) => !arrived.has(id)))
    }
    yield contents(machines)
  }
}

/** Everything that can come of these machines when stores arrive, the oldest of each unit first. */
function closure(machines: Machine[], unitOf: (index: number) => number): Machine[] {
  const all = new Map(machines.map((machine) => [keyOf(machine), machine]))
  for (const machine of all.values()) {
    const units = new Set<number>()
    for (const store of machine.pending) {
      if (units.has(unitOf(store.index))) continue
      units.add(unitOf(store.index))
      const media = machine.media.with(store.index, store.is)
      const next = { media, pending: machine.pending.filter(({ id }) => id !== store.id) }
      all.set(keyOf(next), next)
    }
  }
  return [...all.values()]
}

const contents = (machines: Machine[]): Set<string> => new Set(machines.map(({ media }) => media.join()))
