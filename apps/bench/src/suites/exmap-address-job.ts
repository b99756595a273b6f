// Inside the cell that looks pages up on sab: addresses of resident pages, one independent of the other and all of the table
// in a near cache, in turn with a plain read of an array of the same kind at the same places.
import type { PageArea } from '@parperos/alloc-api'
import { allocators, metadataMemory, pageAreas } from '../compose.ts'
import { compareExchangeLoop } from '../measure/loops.ts'
import type { Job } from '../measure/job.ts'
import { measureRounds } from '../measure/rounds.ts'
import { newTimes, Stopwatch } from '../measure/stopwatch.ts'
import { ADDRESS_PHASES, type AddressInput } from './exmap-cases.ts'
import { samplesOf, type Samples } from './llfree-outcome.ts'

const PAGE_BYTES = 4096
/** A page table of 4 KiB: with the array beside it, both are in the nearest cache. */
const PAGES = 1024
const FRAMES = 4096
/** A prime: every page comes, none after its neighbour. */
const STRIDE = 619
/** A call is short and comes often, so that the engine compiles it as a whole, not in the middle of its loop. */
const LOOKS = 2 ** 14 - 37
const CALLS = 64

interface Shared {
  times: Float64Array<SharedArrayBuffer>
}

export const job: Job<AddressInput, Shared, Samples, Samples> = {
  open: async (_input, workers) => ({ times: newTimes(workers) }),

  async work({ times }, { timeMs, rounds: wanted }, seat) {
    const stopwatch = new Stopwatch(times, seat.barrier)
    const memory = await metadataMemory(FRAMES * PAGE_BYTES + 2 ** 22)
    const pool = memory.region(FRAMES * PAGE_BYTES, 'pool')
    const plain = memory.region(PAGES * 4, 'plain').words()
    const frames = await (await allocators.llfree.backends.sab()).open({ memory, frames: FRAMES })
    using area = await (await pageAreas.backends.sab()).open({ memory, pages: PAGES, frames, pool })
    const done = area.io.alloc([{ page: 0, count: PAGES }])
    if (done !== PAGES) throw new Error(`alloc of ${PAGES} pages ended with ${done}`)
    // The array says what the page table says, so that both loops come to the same.
    for (let page = 0; page < PAGES; page++) plain[page] = area.address(page)
    const workload = {
      operations: CALLS * LOOKS,
      pass() {
        let [found, expected] = [0, 0]
        const ns = stopwatch.measure(() => {
          for (let call = 0; call < CALLS; call++) found = addresses(area)
        })
        const plainNs = stopwatch.measure(() => {
          for (let call = 0; call < CALLS; call++) expected = reads(plain)
        })
        if (found !== expected) throw new Error(`addresses come to ${found} where the array has ${expected}`)
        return [ns, plainNs]
      },
    }
    const rounds = await measureRounds(workload, compareExchangeLoop(), seat, { timeMs, rounds: wanted })
    return samplesOf(rounds, ADDRESS_PHASES)
  },

  close: async (_shared, _input, [part]) => part,
}

// An exclusive or stays an integer, where a sum would become a float in the middle and cost more than what is measured. Each
// page does not come equally often, or it would be 0 whatever was found.

function addresses(area: PageArea): number {
  let sum = 0
  for (let i = 0; i < LOOKS; i++) sum ^= area.address((i * STRIDE) & (PAGES - 1))
  return sum
}

function reads(plain: Int32Array): number {
  let sum = 0
  for (let i = 0; i < LOOKS; i++) sum ^= plain[(i * STRIDE) & (PAGES - 1)]
  return sum
}
