// What a frame allocator's `/bench` gives to benchmarks: loops that run inside its C core (csrc/bench_loops.h), so that
// an operation can be measured without the call that leads to it. The blocks that a loop takes stand in a list in the
// same memory:
//
//   word 0                        word 16 …
//   ┌────────────────────────────┬──────────────────────────────┐
//   │ the word of compareExchange│ list: `capacity` frames      │
//   └────────────────────────────┴──────────────────────────────┘
import type { BackendKind } from '../backend.ts'
import { ParperosError } from '../errors.ts'
import type { FrameAllocatorHandle } from '../frame-allocator.ts'
import type { Memory } from '../memory/memory.ts'
import type { Region } from '../memory/region.ts'
import type { Words } from '../sab/atomics.ts'
import { loadAddon } from './native-core.ts'
import { claimSlot } from './slots.ts'
import { loadWasmCore } from './wasm-core.ts'

/** The kinds of backends that have a C core to be inside of. */
export type InsideCoreKind = Exclude<BackendKind, 'sab'>

/**
 * One worker inside a C core; it owns a slot as an attached instance does. Its list of blocks lies in a Region of its
 * own, `bench-<slot>-<n>`. A loop ends early when an operation fails: the result says how many operations succeeded, and
 * a benchmark checks that it is all of them.
 */
export interface InsideCore extends Disposable {
  readonly kind: InsideCoreKind
  readonly slot: number
  /** How many blocks the list can hold. */
  readonly capacity: number
  /** The list: first frames, as {@link bulkGet} wrote them. */
  readonly list: Uint32Array
  /** Takes a block and gives it back, `pairs` times. Returns the number of pairs. */
  repeat(order: number, pairs: number): number
  /** Takes `count` blocks one by one, into the list. Returns how many it took. */
  bulkGet(order: number, count: number): number
  /** Gives the first `count` blocks of the list back one by one. Returns how many it gave back. */
  bulkPut(order: number, count: number): number
  /** Puts the first `count` entries of the list in an order that only the seed decides. */
  shuffle(seed: number, count: number): void
  /** Compare-exchanges a word of its own, `times` times without contention: the unit of the results. */
  compareExchange(times: number): void
  /** Gives the slot back. What is in the list stays allocated. */
  close(): void
}

/** Goes inside: `insideCore` of every allocator's `/bench`. `capacity` is the number of blocks the list has to hold. */
export type OpenInsideCore = (
  kind: InsideCoreKind,
  handle: FrameAllocatorHandle,
  slot: number,
  capacity: number,
) => Promise<InsideCore>

/** What an allocator's `/bench` says of itself. */
export interface BenchCore {
  kind: InsideCoreKind
  /** The name of the compiled loops, `prebuilds/…/<name>`, and the `import.meta.url` of a module in src, dist or bench. */
  name: string
  base: string
  /** What they have to be compiled with. */
  layoutHash: number
  region: Region
  stacks: Region
  /** The Region's words, and where its owner words are (slots.ts). */
  words: Words
  ownersAt: number
  slots: number
  slot: number
  capacity: number
  /** The two numbers of CORE_AT (csrc/bench_loops.h). */
  numbers: readonly [number, number]
}

/** The byte at which the list starts: it has cache lines of its own. */
const LIST_BYTE = 64

/** The compiled loops (csrc/bench_wasm.h, bench_addon.h). A place in memory is an address there, a view here. */
interface Loops<Place> {
  layout_hash(): number
  repeat(words: Place, first: number, second: number, order: number, pairs: number, list: Place): number
  bulk_get(words: Place, first: number, second: number, order: number, count: number, list: Place): number
  bulk_put(words: Place, first: number, second: number, order: number, count: number, list: Place): number
  shuffle(list: Place, count: number, seed: number): void
  compare_exchange(word: Place, times: number): void
}

/**
 * Claims the slot, makes the list and goes inside. Throws what attaching and loading a core throw, `BAD_OPTION` for a bad
 * capacity, `TOO_SMALL` when the memory has no room for the list.
 */
export async function openInsideCore(core: BenchCore): Promise<InsideCore> {
  const release = claimSlot(core.words, core.ownersAt, core.slots, core.slot)
  try {
    return await goInside(core, release)
  } catch (error) {
    release()
    throw error
  }
}

async function goInside(core: BenchCore, release: () => void): Promise<InsideCore> {
  const { kind, name, base, region, stacks, words, slot, capacity } = core
  const bench = benchRegion(region.memory, slot, capacity)
  const { buffer } = bench.memory
  const listOffset = bench.byteOffset + LIST_BYTE
  const list = new Uint32Array(buffer, listOffset, capacity)
  if (kind === 'wasm') {
    const url = new URL(`../prebuilds/wasm32/${name}.wasm`, base)
    const { exports } = await loadWasmCore<Loops<number>>(url, stacks, slot)
    const places = { words: region.byteOffset, word: bench.byteOffset, list: listOffset }
    return insideOf(core, exports, places, list, release)
  }
  const word = new Uint32Array(buffer, bench.byteOffset, 1)
  const loops = loadAddon<Loops<Int32Array | Uint32Array>>(base, name)
  return insideOf(core, loops, { words, word, list }, list, release)
}

function insideOf<Place>(
  { kind, name, slot, layoutHash, numbers }: BenchCore,
  loops: Loops<Place>,
  { words, word, list }: { words: Place; word: Place; list: Place },
  blocks: Uint32Array,
  release: () => void,
): InsideCore {
  if (loops.layout_hash() >>> 0 !== layoutHash) {
    throw new ParperosError('BAD_VERSION', `${name} was built with another layout`, { hint: 'build the package again' })
  }
  const within = (count: number): number => {
    if (Number.isInteger(count) && count >= 0 && count <= blocks.length) return count
    throw new ParperosError('BAD_OPTION', `the list has room for ${blocks.length} blocks, got ${count}`)
  }
  const [first, second] = numbers
  let isOpen = true
  const close = (): void => {
    // Once: the slot may be somebody else's by then.
    if (isOpen) release()
    isOpen = false
  }
  return {
    kind,
    slot,
    capacity: blocks.length,
    list: blocks,
    repeat: (order, pairs) => loops.repeat(words, first, second, order, pairs, list),
    bulkGet: (order, count) => loops.bulk_get(words, first, second, order, within(count), list),
    bulkPut: (order, count) => loops.bulk_put(words, first, second, order, within(count), list),
    shuffle: (seed, count) => loops.shuffle(list, within(count), seed),
    compareExchange: (times) => loops.compare_exchange(word, times),
    close,
    [Symbol.dispose]: close,
  }
}

/** Carves a Region for a list of `capacity` blocks. */
function benchRegion(memory: Memory, slot: number, capacity: number): Region {
  if (!Number.isInteger(capacity) || capacity < 1 || capacity > 2 ** 30) {
    throw new ParperosError('BAD_OPTION', `capacity is a number of blocks from 1 to 2^30, got ${capacity}`)
  }
  let n = 0
  while (memory.find(`bench-${slot}-${n}`)) n++
  return memory.region(LIST_BYTE + capacity * 4, `bench-${slot}-${n}`)
}
