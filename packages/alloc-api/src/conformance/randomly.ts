// Random operations of mixed orders through two instances, each result judged by the oracle. Everything comes from the
// seed, which stands in the check's name: the same name fails again in the same way.
import { ConformanceError } from './expect.ts'
import { Random } from './random.ts'
import { orders, type Area, type Check } from './subject.ts'
import type { Witness } from './witness.ts'

const OPERATIONS = 3000

/** How often each order is asked for, 0 … 10. */
const mixes = {
  small: [40, 10, 10, 5, 5, 3, 2, 1, 1, 0, 0],
  mixed: [20, 5, 5, 5, 5, 5, 5, 5, 5, 10, 5],
  huge: [5, 0, 0, 0, 0, 0, 0, 0, 1, 20, 10],
} satisfies Record<string, number[]>

interface Run {
  seed: number
  frames: number
  mix: keyof typeof mixes
  /** Up to which share of the frames taking is preferred. */
  fill: number
}

const runs: Run[] = [
  { seed: 1, frames: 1000, mix: 'small', fill: 0.5 },
  { seed: 2, frames: 1025, mix: 'mixed', fill: 1 },
  { seed: 3, frames: 4099, mix: 'mixed', fill: 0.5 },
  { seed: 4, frames: 4096, mix: 'mixed', fill: 1 },
  { seed: 5, frames: 12_300, mix: 'huge', fill: 0.9 },
  { seed: 6, frames: 16_384, mix: 'mixed', fill: 0.95 },
  { seed: 7, frames: 20_001, mix: 'small', fill: 0.98 },
  { seed: 8, frames: 33_000, mix: 'huge', fill: 1 },
]

export const randomly: Area = (rig) =>
  runs.map((run): Check => {
    const { seed, frames, mix, fill } = run
    const name = `random operations of ${mix} orders on ${frames} frames, up to ${fill * 100} % full, seed ${seed}`
    return rig.check(name, { frames, slots: 2 }, async (witness) => {
      const other = witness.through(await rig.attach(witness.allocator.handle, 1))
      const random = new Random(seed)
      const held: Block[] = []
      for (let i = 0; i < OPERATIONS; i++) {
        const through = random.chance(0.7) ? witness : other
        try {
          operate(through, random, held, run)
          if (i % 128 === 0) through.agreeInSum()
        } catch (error) {
          throw new ConformanceError(`operation ${i}: ${error instanceof Error ? error.message : String(error)}`, {
            cause: error,
          })
        }
      }
      other.agree()
      for (const { frame, order } of held) witness.put(frame, order)
      witness.agree()
      other.fill(10)
      other.allocator.close()
    })
  })

interface Block {
  frame: number
  order: number
}

function operate(witness: Witness, random: Random, held: Block[], { mix, fill, frames }: Run): void {
  const full = witness.oracle.free < (1 - fill) * frames
  if (held.length === 0 || random.chance(full ? 0.3 : 0.6)) take(witness, random, held, random.weighted(mixes[mix]))
  else give(witness, random, held)
}

function take(witness: Witness, random: Random, held: Block[], order: number): void {
  if (witness.allocator.supports.placement && random.chance(0.2)) {
    const blocks = Math.floor(witness.frames / 2 ** order)
    const frame = blocks > 0 ? random.below(blocks) * 2 ** order : 0
    if (blocks > 0 && witness.getAt(frame, order)) held.push({ frame, order })
    return
  }
  if (random.chance(0.1)) {
    for (const frame of witness.getBatch(order, 1 + random.below(12))) held.push({ frame, order })
    return
  }
  const frame = witness.tryGet(order)
  // A full allocator has to give something back before the next can be had.
  if (frame < 0) give(witness, random, held)
  else held.push({ frame, order })
}

function give(witness: Witness, random: Random, held: Block[]): void {
  if (held.length === 0) return
  const [block] = held.splice(random.below(held.length), 1)
  const { frame, order } = block
  if (order > 0 && random.chance(0.15)) {
    // One half now, the other stays.
    const half = order - 1
    const [given, kept] = random.chance(0.5) ? [frame, frame + 2 ** half] : [frame + 2 ** half, frame]
    witness.put(given, half)
    held.push({ frame: kept, order: half })
    return
  }
  if (random.chance(0.1)) {
    const same = held.filter((one) => one.order === order).slice(0, 8)
    for (const one of same) held.splice(held.indexOf(one), 1)
    witness.putBatch(
      order,
      Uint32Array.from([block, ...same], (one) => one.frame),
    )
    return
  }
  if (random.chance(0.1) && giveAsLarger(witness, held, block)) return
  witness.put(frame, order)
}

/** Gives back the largest block around this one that consists of held blocks only. */
function giveAsLarger(witness: Witness, held: Block[], { frame, order }: Block): boolean {
  for (const larger of orders.slice(order + 1).reverse()) {
    const start = frame - (frame % 2 ** larger)
    if (start + 2 ** larger > witness.frames || !witness.oracle.isAllocatedBlock(start, larger)) continue
    // A held block that reaches beyond the larger one would be torn.
    const inside = held.filter((one) => one.frame >= start && one.frame < start + 2 ** larger)
    if (inside.some((one) => one.order >= larger)) continue
    for (const one of inside) held.splice(held.indexOf(one), 1)
    witness.put(start, larger)
    return true
  }
  return false
}
