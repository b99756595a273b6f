// The loops that are measured. The same four exist three times: in JavaScript over a frame allocator (here), inside the
// C core (the packages' /bench subpaths), and over allocators of other people. One kind per process, so that every call
// site stays monomorphic.
import type { FrameAllocator } from '@parperos/alloc-api'
import type { InsideCore } from '@parperos/alloc-api/driver/bench'
import { randomOf, shuffle } from './random.ts'

/** What a measurement drives: the part of {@link InsideCore} that loops in JavaScript have as well. */
export type Loops = BulkLoops & Pick<InsideCore, 'repeat'>
export type BulkLoops = Pick<InsideCore, 'bulkGet' | 'bulkPut' | 'shuffle' | 'compareExchange' | 'close'>
/** What measures the unit. */
export type Unit = Pick<InsideCore, 'compareExchange'>

/** Loops in JavaScript: every get and put is one call of the allocator. */
export function callLoops(allocator: FrameAllocator, capacity: number): Loops {
  const taken = new Uint32Array(capacity)
  return {
    repeat(order, pairs) {
      for (let i = 0; i < pairs; i++) allocator.put(allocator.get(order), order)
      return pairs
    },
    bulkGet(order, count) {
      for (let i = 0; i < count; i++) {
        const frame = allocator.tryGet(order)
        if (frame < 0) return i
        taken[i] = frame
      }
      return count
    },
    bulkPut(order, count) {
      for (let i = 0; i < count; i++) allocator.put(taken[i], order)
      return count
    },
    ...remembered(taken),
    close: () => allocator.close(),
  }
}

/** How many blocks one batch call takes or gives back. */
export const BATCH = 512

/** Loops in JavaScript that take and give back `BATCH` blocks with each call. */
export function batchLoops(allocator: FrameAllocator, capacity: number): BulkLoops {
  const taken = new Uint32Array(capacity)
  const batches = Array.from({ length: Math.ceil(capacity / BATCH) }, (_, i) =>
    taken.subarray(i * BATCH, Math.min((i + 1) * BATCH, capacity)),
  )
  return {
    bulkGet(order, count) {
      let done = 0
      for (let i = 0; done < count; i++) {
        const got = allocator.getBatch(order, batches[i])
        done += got
        if (got < batches[i].length) break
      }
      return done
    },
    bulkPut(order, count) {
      for (let i = 0, done = 0; done < count; i++) {
        allocator.putBatch(order, batches[i])
        done += batches[i].length
      }
      return count
    },
    ...remembered(taken),
    close: () => allocator.close(),
  }
}

/** What all loops in JavaScript have in common. */
export function remembered(taken: Uint32Array): Pick<BulkLoops, 'shuffle' | 'compareExchange'> {
  return {
    shuffle(seed, count) {
      shuffle(taken, randomOf(seed), count)
    },
    ...compareExchangeLoop(),
  }
}

/** The unit of every figure: JavaScript's compare-exchange on a word that nobody else touches. */
export function compareExchangeLoop(): Unit {
  const words = new Int32Array(new SharedArrayBuffer(64))
  return {
    compareExchange(times) {
      let value = Atomics.load(words, 0)
      for (let i = 0; i < times; i++) {
        const next = (value + 1) | 0
        if (Atomics.compareExchange(words, 0, value, next) !== value) throw new Error('an uncontended exchange failed')
        value = next
      }
    },
  }
}
