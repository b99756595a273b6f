// A file of 64 GiB, scanned from one end to the other and then read at random places, through a pool of 256 MiB:
//
//   node examples/large-file.mjs [--gib 64] [--backend auto]
//
// The file is sparse, so it takes no room on the disk; at the beginning of each GiB its number is written down, and looked
// at when it has been read. What is printed is how much of it was in memory at most, and how much the process takes.
import { closeSync, ftruncateSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { createMemory } from '@parperos/alloc-api'
import { ExMap } from '@parperos/exmap'
import { LLFree } from '@parperos/llfree'

const GIB = 2 ** 30
const PAGES_PER_GIB = GIB / 4096
const POOL_FRAMES = 2 ** 16
/** Pages of one run of the scan, runs of a batch, batches that are in memory before the oldest one goes. */
const RUN = 512
const RUNS = 16
const KEPT = 6
const RANDOM_READS = 2 ** 16
const RANDOM_BATCH = 512

const options = { gib: { type: 'string', default: '64' }, backend: { type: 'string', default: 'auto' }, help: { type: 'boolean' } }
const { gib, backend } = understood(process.argv.slice(2))
const pages = gib * PAGES_PER_GIB

const folder = mkdtempSync(join(tmpdir(), 'large-file-'))
try {
  const path = join(folder, 'sparse.bin')
  makeSparse(path)
  const memory = await createMemory({ backend: 'wasm', bytes: POOL_FRAMES * 4096 + pages * 4 + (32 << 20) })
  const pool = memory.region(POOL_FRAMES * 4096, 'pool')
  const frames = await LLFree.open({ backend: 'auto', memory, frames: POOL_FRAMES })
  using area = await ExMap.open({ backend: await backendOf(backend), memory, pages, frames, pool, file: { path, readOnly: true, direct: true } })
  const { backend: kind, way, io } = area.info()
  console.log(`${gib} GiB, ${POOL_FRAMES / 256} MiB of frames, ${kind}, way '${way}', ${io}`)
  await timed('scanned', pages, () => scan(area))
  await timed('read at random', RANDOM_READS, () => readAtRandom(area))
} finally {
  rmSync(folder, { recursive: true })
}

/** From the first page to the last, and no page stays for long. */
async function scan(area) {
  const kept = []
  const most = { resident: 0 }
  for (let page = 0; page < pages; page += RUN * RUNS) {
    const batch = Array.from({ length: RUNS }, (_, i) => ({ page: page + i * RUN, count: RUN }))
    await readAll(area, batch)
    kept.push(batch)
    most.resident = Math.max(most.resident, area.stats().resident)
    if (page % PAGES_PER_GIB === 0) expectNumber(area, page)
    if (kept.length === KEPT) area.io.free(kept.shift())
    if (process.stderr.isTTY && page % PAGES_PER_GIB === 0) process.stderr.write(`\r${page / PAGES_PER_GIB} GiB `)
  }
  if (process.stderr.isTTY) process.stderr.write('\r')
  for (const batch of kept) area.io.free(batch)
  return most.resident
}

/** Single pages from all over the file, and now and then one whose bytes are known. */
async function readAtRandom(area) {
  let most = 0
  // Multiplying by an odd number goes round all numbers of 24 bits, and others, without an order that anybody would notice.
  for (let read = 0, place = 1; read < RANDOM_READS; read += RANDOM_BATCH) {
    const wanted = new Set([Math.floor((read / RANDOM_BATCH) % gib) * PAGES_PER_GIB])
    while (wanted.size < RANDOM_BATCH) wanted.add((place = (Math.imul(place, 0x9e3779b1) + 1) >>> 0) % pages)
    const batch = [...wanted].map((page) => ({ page, count: 1 }))
    await readAll(area, batch)
    most = Math.max(most, area.stats().resident)
    expectNumber(area, batch[0].page)
    area.io.free(batch)
  }
  return most
}

async function readAll(area, batch) {
  const wanted = batch.reduce((sum, { count }) => sum + count, 0)
  const done = await area.io.read(batch)
  if (done !== wanted) throw new Error(`${done} of ${wanted} pages were read: ${JSON.stringify(area.io.result(0))}`)
}

function expectNumber(area, page) {
  const at = area.address(page)
  const number = area.words(at)[(at & area.windowMask) >>> 2]
  if (number !== page / PAGES_PER_GIB + 1) throw new Error(`page ${page} begins with ${number}`)
}

function mib(bytes) {
  return Math.round(bytes / 2 ** 20)
}

async function timed(what, count, work) {
  const startedMs = performance.now()
  const resident = await work()
  const seconds = (performance.now() - startedMs) / 1000
  const rss = process.memoryUsage.rss()
  console.log(
    `${what}: ${count.toLocaleString('en')} pages in ${seconds.toFixed(1)} s (${(count / seconds / 1e6).toFixed(2)} million a second), ` +
      `at most ${mib(resident * 4096)} MiB of them in memory; the process takes ${mib(rss)} MiB`,
  )
}

function makeSparse(path) {
  const fd = openSync(path, 'w')
  ftruncateSync(fd, gib * GIB)
  for (let i = 0; i < gib; i++) writeSync(fd, Int32Array.of(i + 1), 0, 4, i * GIB)
  closeSync(fd)
}

async function backendOf(name) {
  if (name === 'auto') return 'auto'
  const exported = await import(`@parperos/exmap/${name}`)
  return exported[name]
}

/** Exits with 2 when the options make no sense. */
function understood(args) {
  let found
  try {
    found = parseArgs({ args, options }).values
  } catch (error) {
    misuse(error.message)
  }
  if (found.help) {
    console.log('usage: node large-file.mjs [--gib 1 … 1024, default 64] [--backend auto|native|wasm|sab]')
    process.exit(0)
  }
  const size = Number(found.gib)
  if (!Number.isInteger(size) || size < 1 || size > 1024) misuse(`--gib is a whole number from 1 to 1024, got ${found.gib}`)
  if (!['auto', 'native', 'wasm', 'sab'].includes(found.backend)) misuse(`--backend is auto, native, wasm or sab, got ${found.backend}`)
  return { gib: size, backend: found.backend }
}

function misuse(message) {
  console.error(`large-file: ${message}; --help says more`)
  process.exit(2)
}
