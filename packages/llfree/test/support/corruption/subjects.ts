// Allocators to be damaged: of several shapes, each in a number of busy states whose allocated blocks are known. A state
// is an image of the Region's words, which is put back before the next damage.
import { createMemory, Region, type Memory } from '@parperos/alloc-api'
import { STACK_BYTES } from '@parperos/alloc-api/driver'
import { Random } from '@parperos/alloc-api/conformance'
import { geometry, type Geometry } from '../../../src/geometry.ts'
import { LLFree, type LLFreeInstance } from '../../../src/index.ts'
import * as L from '../../../src/layout.ts'
import { sab } from '../../../src/sab.ts'
import type { Words } from '../board.ts'
import type { Options } from '../open.ts'
import { shapeOf } from '../read-words.ts'
import { policies } from '../policies.ts'

export interface Block {
  frame: number
  order: number
}

/** One allocator in a memory, and what its words were in some busy moments. */
export interface Subject {
  memory: Memory
  options: Options & { name: string; slots: number }
  words: Words
  shape: Geometry
  images: { words: Int32Array; blocks: Block[] }[]
}

/** Trees and huge frames that are incomplete, one slot and several, two policies. */
const variants: (Options & { slots: number })[] = [
  { frames: 4 * 512 + 77, slots: 2, treeHugeFrames: 2 },
  { frames: 9 * 512, slots: 3, treeHugeFrames: 4, policy: policies.pinnedAndMovable },
  { frames: 11 * 512 + 3, slots: 1, treeHugeFrames: 8 },
  { frames: 700, slots: 4, treeHugeFrames: 2 },
  { frames: 21 * 512 + 511, slots: 2, treeHugeFrames: 16 },
]
const IMAGES = 8
const STEPS = 600

export async function makeSubjects(seed: number): Promise<Subject[]> {
  const shapes = variants.map(({ frames, slots }) => geometry(frames, slots, L.maxClasses, L.minTreeShift))
  const bytes = shapes.reduce((sum, { wordsTotal, slots }) => sum + wordsTotal * 4 + slots * STACK_BYTES + 8192, 65536)
  // WebAssembly's kind serves all backends.
  const memory = await createMemory({ backend: 'wasm', bytes })
  const random = new Random(seed)
  const subjects: Subject[] = []
  for (const [i, variant] of variants.entries()) {
    const options = { ...variant, name: `subject-${i}` }
    const first = await LLFree.open({ backend: sab, memory, ...options })
    const words = Region.from(first.handle.region).words()
    const slots = Array.from({ length: options.slots - 1 }, (_, i) => i + 1)
    const others = slots.map((slot) => LLFree.attach({ backend: sab, handle: first.handle, slot }))
    const workers = [first, ...(await Promise.all(others))]
    const images = Array.from({ length: IMAGES }, (_, image) => {
      const blocks = work(workers, random)
      // Some have no reservations.
      if (image % 4 === 3) first.drain()
      const state = { words: words.slice(), blocks }
      for (const { frame, order } of blocks) first.put(frame, order)
      return state
    })
    subjects.push({ memory, options, words, shape: shapeOf(words), images })
  }
  return subjects
}

/** Takes and gives through all slots; the blocks that are allocated at the end. */
function work(workers: readonly LLFreeInstance[], random: Random): Block[] {
  const { frames } = workers[0]
  const blocks: Block[] = []
  const target = random.below(frames)
  let held = 0
  const take = (frame: number, order: number): void => {
    blocks.push({ frame, order })
    held += 2 ** order
  }
  for (let step = 0; step < STEPS; step++) {
    const worker = workers[random.below(workers.length)]
    const order = random.weighted([10, 4, 4, 4, 4, 4, 4, 4, 4, 6, 3])
    if (blocks.length === 0 || random.chance(held < target ? 0.7 : 0.2)) {
      if (random.chance(0.2)) {
        const frame = random.below(Math.max(1, frames >> order)) << order
        if (frame + 2 ** order <= frames && worker.getAt(frame, order)) take(frame, order)
      } else if (random.chance(0.1)) {
        const batch = new Uint32Array(1 + random.below(40))
        for (const frame of batch.subarray(0, worker.getBatch(0, batch))) take(frame, 0)
      } else {
        const frame = worker.tryGet(order)
        if (frame >= 0) take(frame, order)
      }
      continue
    }
    const [block] = blocks.splice(random.below(blocks.length), 1)
    // A half of it stays.
    const keeps = block.order > 0 && random.chance(0.4)
    const half = block.order - Number(keeps)
    worker.put(block.frame, half)
    if (keeps) blocks.push({ frame: block.frame + 2 ** half, order: half })
    held -= 2 ** half
  }
  return blocks
}
