// A file cache, replayed on real files: workers copy them into frames, drop a random half and load it again, eight
// times over, in so little memory that scattered free frames hurt. LLFree and buddy see the same files in the same
// order.
import { resolve } from 'node:path'
import { Misuse, RunFailure } from '../misuse.ts'
import type { CacheRun, FileCache } from '../report/schema.ts'
import { bytesAtMost, draw, framesOf } from './file-cache-input.ts'
import type { CacheInput, CacheOutcome } from './file-cache-job.ts'
import type { Measurement, Records, Runnable, Settings, Suite } from './suite.ts'
import { projectModules, walk } from './walk.ts'

const ROUNDS = 8
/** Frames of the cache for each frame that the files fill. */
const ROOM = 1.25
const HUGE_FRAMES = 512

export const fileCache: Suite = {
  name: 'file-cache',
  about: 'copies the files of a directory into frames, drops and reloads them: throughput and fragmentation',
  main: true,
  takesDirectory: true,
  async plan(settings) {
    const dir = settings.dir === undefined ? projectModules(settings.cwd) : resolve(settings.cwd, settings.dir)
    const found = walk(dir)
    if (found.length === 0) throw new Misuse(`--dir ${dir} has no files in it`)
    const limit = bytesAtMost(settings.quick)
    const files = draw(found, limit, settings.seed)
    if (files.length === 0) throw new Misuse(`--dir ${dir} has no file that fits into ${limit} bytes`)
    const sum = (sizes: { size: number }[]): number => sizes.reduce((all, { size }) => all + size, 0)
    const frames = files.reduce((all, { size }) => all + framesOf(size), 0)
    const input: FileCache['input'] = {
      dir,
      filesFound: found.length,
      bytesFound: sum(found),
      files: files.length,
      bytes: sum(files),
      frames,
      bytesAtMost: limit,
    }
    // Whole huge frames, so that the last one can be free as well as any other.
    const cacheFrames = Math.ceil((frames * ROOM) / HUGE_FRAMES + 1) * HUGE_FRAMES
    return {
      measurements: settings.runnable
        .filter(({ backend }) => settings.backends.includes(backend))
        .map((runnable) => measurement(runnable, settings, input, { files, frames: cacheFrames })),
      notes: files.length < found.length ? [sampleNote(input)] : [],
    }
  },
}

const sampleNote = ({ files, filesFound, bytes, bytesFound, bytesAtMost: limit }: FileCache['input']): string =>
  `The file cache took ${files} of ${filesFound} files, ${mib(bytes)} of ${mib(bytesFound)} MiB, drawn by the seed: it ` +
  `loads at most ${mib(limit)} MiB.`

const mib = (bytes: number): string => (bytes / 2 ** 20).toFixed(0)

function measurement(
  { allocator, backend }: Runnable,
  settings: Settings,
  input: FileCache['input'],
  { files, frames }: Pick<CacheInput, 'files' | 'frames'>,
): Measurement {
  const workers = Math.max(...settings.workers)
  const cacheInput: CacheInput = {
    implementation: allocator,
    backend,
    files,
    frames,
    rounds: ROUNDS,
    seed: settings.seed,
  }
  return {
    cell: {
      job: 'file-cache',
      label: `file cache  ${allocator} ${backend}  ${workers} workers`,
      workers,
      input: cacheInput,
    },
    record(outcome, records) {
      const run: CacheRun = { implementation: allocator, backend, workers, frames, ...(outcome as CacheOutcome) }
      addRun(records, input, run)
      failOnDamage(run)
    },
  }
}

function addRun(records: Records, input: FileCache['input'], run: CacheRun): void {
  records.fileCache ??= { input, runs: [] }
  records.fileCache.runs.push(run)
}

/** What a cache must never do. */
function failOnDamage({ checksumMismatches, lostFrames }: CacheRun): void {
  if (checksumMismatches > 0) {
    throw new RunFailure(`${checksumMismatches} files came out of their frames changed: checksums differ`)
  }
  if (lostFrames !== 0) throw new RunFailure(`${lostFrames} frames were not free after all files had been dropped`)
}
