// Inside a cell that reads random pages of a file: ExMap into pages of an area, then the bare loop into its buffer, each page
// another one, so that no cache of the disk's helps the second. Pages that were read are looked at, and go again: that is
// timed apart.
import type { PageArea } from '@parperos/alloc-api'
import { closeSync, constants, openSync } from 'node:fs'
import { allocators, metadataMemory, pageAreas } from '../compose.ts'
import { fioReads } from '../measure/fio.ts'
import { compareExchangeLoop } from '../measure/loops.ts'
import type { Job, Seat } from '../measure/job.ts'
import { Meter, newMeterWords, type MeterWords } from '../measure/meter.ts'
import { randomOf, shuffle } from '../measure/random.ts'
import { measureRounds } from '../measure/rounds.ts'
import { temporaryFile, type TemporaryFile } from '../measure/temporary-file.ts'
import { READS_PHASES, type ReadSeries, type ReadsInput, type ReadsOutcome } from './exmap-cases.ts'
import { samplesOf, type Samples } from './llfree-outcome.ts'

const PAGE_BYTES = 4096
/** Pages of a pass; and the pool, which has room for them and for bundles. */
const PASS = 2048
const FRAMES = 8192
/** fio has its own start and end within its time, and gets more of it. */
const FIO_MS = 1000

interface Shared {
  meter: MeterWords
  path: string
}

/** Open as long as the cell is: in its process, one cell is all there is. */
let file: TemporaryFile | null = null

export const job: Job<ReadsInput, Shared, Samples[], ReadsOutcome> = {
  async open({ fileBytes }, workers) {
    file = temporaryFile(fileBytes)
    return { meter: newMeterWords(workers), path: file.path }
  },

  async work({ meter: words, path }, input, seat) {
    const meter = new Meter(words, seat.barrier)
    const part: Samples[] = []
    for (const series of input.series) part.push(await measure(path, input, series, meter, seat))
    return part
  },

  async close({ path }, { direct, timeMs, series: [{ depth }] }, [samples]) {
    const fio = direct ? fioReads({ path, depth, timeMs: Math.max(FIO_MS, timeMs) }) : null
    file?.[Symbol.dispose]()
    return { samples, fio }
  },
}

async function measure(
  path: string,
  { direct, fileBytes, timeMs, rounds: wanted, seed }: ReadsInput,
  { way, depth, batch }: ReadSeries,
  meter: Meter,
  seat: Seat,
): Promise<Samples> {
  const pages = fileBytes / PAGE_BYTES
  const memory = await metadataMemory(FRAMES * PAGE_BYTES + pages * 8 + 2 ** 22)
  const pool = memory.region(FRAMES * PAGE_BYTES, 'pool')
  const frames = await (await allocators.llfree.backends.native()).open({ memory, frames: FRAMES })
  const backend = await pageAreas.nativeWith({ way, io: 'io_uring', depth })
  using area = await backend.open({ memory, pages, frames, pool, file: { path, readOnly: true, direct } })
  const descriptor = openSync(path, constants.O_RDONLY | (direct ? constants.O_DIRECT : 0))
  const bare = (await pageAreas.bare()).openReads(descriptor, depth)
  const bytes = depth * PAGE_BYTES
  const buffer = new Uint8Array(new SharedArrayBuffer(bytes, { maxByteLength: bytes }), 0, bytes)

  const next = parts(pages, seed)
  const workload = {
    operations: PASS,
    pass(): number[] {
      const [ours, theirs] = [next(), next()]
      const read = meter.measure(() => inBatches(area, ours, batch, (count) => area.io.readSync(count)))
      for (const page of ours) lookAt(area, page)
      const bareRead = meter.measure(() => bare.read(theirs, buffer))
      return [...read, ...bareRead, ...meter.measure(() => inBatches(area, ours, batch, (count) => area.io.free(count)))]
    },
  }
  const rounds = await measureRounds(workload, compareExchangeLoop(), seat, { timeMs, rounds: wanted })
  bare.close()
  closeSync(descriptor)
  return samplesOf(rounds, READS_PHASES)
}

/** The file's pages, each once in a random order, in parts of a pass; then again. */
function parts(pages: number, seed: number): () => Uint32Array {
  const order = Uint32Array.from({ length: pages }, (_, page) => page)
  shuffle(order, randomOf(seed))
  let at = 0
  return () => {
    const part = order.subarray(at, at + PASS)
    at = (at + PASS) % pages
    return part
  }
}

function inBatches({ io }: PageArea, pages: Uint32Array, batch: number, work: (count: number) => number): void {
  for (let from = 0; from < pages.length; from += batch) {
    for (let i = 0; i < batch; i++) io.set(i, pages[from + i], 1)
    const done = work(batch)
    if (done !== batch) throw new Error(`${done} of ${batch} pages were done`)
  }
}

function lookAt(area: PageArea, page: number): void {
  const at = area.address(page)
  const found = area.words(at)[(at & area.windowMask) >>> 2]
  if (found !== page) throw new Error(`page ${page} was read and begins as page ${found}`)
}
