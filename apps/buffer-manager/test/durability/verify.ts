// Whether a store holds exactly what some number of each lane's commits have made of it.
import type { Store } from '../../src/index.ts'
import { putBy, type Contents, type Lane } from './lane.ts'

/**
 * The commits of a lane that are in a store for certain, and those that may be: where commits undo each other it is not
 * known.
 */
export interface Reached {
  least: number
  most: number
}

/**
 * Throws unless the store is valid and has, of each lane, all of its commits up to some number between `acknowledged`
 * and `begun`, and nothing else. The lanes are brought to that number.
 */
export async function verify(
  store: Store,
  lanes: readonly Lane[],
  acknowledged: (lane: string) => number,
  begun: (lane: string) => number,
): Promise<Map<string, Reached>> {
  await store.validate()
  const found = contentsByLane(store, lanes)
  const reached = new Map<string, Reached>()
  for (const lane of lanes) {
    const contents = found.get(lane.name) ?? new Map<string, Map<string, string>>()
    reached.set(lane.name, reach(lane, contents, acknowledged(lane.name), begun(lane.name)))
  }
  return reached
}

function contentsByLane(store: Store, lanes: readonly Lane[]): Map<string, Contents> {
  const found = new Map<string, Contents>(lanes.map(({ name }) => [name, new Map<string, Map<string, string>>()]))
  for (const tree of ['', ...store.treeNames()]) {
    let count = 0
    for (const [key, value] of store.tree(tree).entriesSync()) {
      const name = key.slice(0, key.indexOf('/'))
      const contents = found.get(name)
      if (!contents)
        throw new Error(`nobody has put the key ${JSON.stringify(key)} of the tree ${JSON.stringify(tree)}`)
      let entries = contents.get(tree)
      if (!entries) contents.set(tree, (entries = new Map<string, string>()))
      entries.set(key, value)
      count++
    }
    if (count !== store.tree(tree).count())
      throw new Error(`the tree ${JSON.stringify(tree)} has ${count} entries and counts others`)
  }
  return found
}

/** Advances a lane to the first number of commits that the contents can be after. */
function reach(lane: Lane, contents: Contents, acknowledged: number, begun: number): Reached {
  let newest = 0
  for (const entries of contents.values()) for (const value of entries.values()) newest = Math.max(newest, putBy(value))
  if (newest > begun)
    throw new Error(`lane ${lane.name}: commit ${newest} is there, but ${begun} was the last one that began`)
  while (lane.count < Math.max(acknowledged, newest)) lane.apply(lane.next())
  const from = lane.clone()
  for (;;) {
    if (sameContents(lane.contents, contents)) break
    if (lane.count >= begun) throw new Error(`lane ${lane.name}: ${differenceOf(from, contents, acknowledged, begun)}`)
    lane.apply(lane.next())
  }
  const later = lane.clone()
  let most = lane.count
  while (later.count < begun) {
    later.apply(later.next())
    if (sameContents(later.contents, contents)) most = later.count
  }
  return { least: lane.count, most }
}

function sameContents(a: Contents, b: Contents): boolean {
  for (const tree of new Set([...a.keys(), ...b.keys()])) {
    const [x, y] = [a.get(tree), b.get(tree)]
    if ((x?.size ?? 0) !== (y?.size ?? 0)) return false
    if (x && y) for (const [key, value] of x) if (y.get(key) !== value) return false
  }
  return true
}

/** The first few entries that are not what they were after the last commit that has to be there. */
function differenceOf(lane: Lane, found: Contents, acknowledged: number, begun: number): string {
  const differences: string[] = []
  for (const tree of new Set([...lane.contents.keys(), ...found.keys()])) {
    const [expected, actual] = [lane.contents.get(tree), found.get(tree)]
    for (const key of new Set([...(expected?.keys() ?? []), ...(actual?.keys() ?? [])])) {
      const [a, b] = [expected?.get(key), actual?.get(key)]
      if (a !== b)
        differences.push(`${tree}|${key.slice(0, 30)}: ${String(b).slice(0, 12)} instead of ${String(a).slice(0, 12)}`)
    }
  }
  const bounds = `${acknowledged} commits were acknowledged, ${begun} were begun, and it is like after none of them`
  return `${bounds}; ${differences.length} differences from commit ${lane.count}: ${differences.slice(0, 6).join(', ')}`
}

/** What happened, in the order in which it was told. */
export interface Told {
  what: 'begun' | 'acknowledged'
  lane: string
  number: number
}

/** Throws when a commit is missing, but one that began after it was acknowledged is there. */
export function requireOrder(told: readonly Told[], reached: ReadonlyMap<string, Reached>): void {
  let missing: Told | null = null
  for (const event of told) {
    const found = reached.get(event.lane) ?? { least: 0, most: 0 }
    if (event.what === 'acknowledged' && event.number > found.most) missing ??= event
    if (event.what === 'begun' && missing !== null && event.number <= found.least) {
      throw new Error(
        `commit ${missing.number} of lane ${missing.lane} is lost, but ${event.number} of lane ${event.lane}, ` +
          'which began after that was acknowledged, is there',
      )
    }
  }
}
