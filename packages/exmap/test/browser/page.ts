// Runs in the page: areas without files on the page itself, and everything else in web workers.
import type { Report } from '@parperos/browser/page'
import { sab } from '../../src/sab.ts'
import { wasm } from '../../src/wasm.ts'
import { Board, type Answer, type Job } from '../stress/job.ts'
import { bytesOf } from '../support/page-bytes.ts'
import type { Reply, Request } from './messages.ts'
import { expectSame, open } from './world.ts'

const PATH = 'exmap-pages.bin'
const PAGES = 300

/** Lets a new worker do something. */
async function ask(request: Request): Promise<unknown> {
  const worker = new Worker(new URL('worker.ts', import.meta.url), { type: 'module' })
  try {
    const reply = await new Promise<Reply>((resolve, reject) => {
      worker.addEventListener('message', ({ data }: MessageEvent<Reply>) => resolve(data))
      worker.addEventListener('error', ({ message }) => reject(new Error(message || 'the worker did not load')))
      worker.postMessage(request)
    })
    if ('failed' in reply) throw new Error(reply.failed)
    return reply.value
  } finally {
    worker.terminate()
  }
}

async function workTogether(): Promise<void> {
  const { area, frames } = await open(sab, { pages: PAGES, poolFrames: 128, slots: 3 })
  const board = Board.words(PAGES)
  await ask({ do: 'make', path: PATH, pages: PAGES })
  const handle = { ...area.handle, file: { path: PATH } }
  const handles = { area: handle, frames: frames.handle, board }
  const team = (['sab', 'wasm'] as const).map((kind, i): Job => ({
    ...handles,
    ...{ what: 'latched', kind, slot: i + 1, seed: i, batches: 600 },
  }))
  const answers = (await Promise.all(team.map((job) => ask({ do: 'work', job })))) as Answer[]
  for (const { counts } of answers) expectSame(counts.read > 100 && counts.written > 30, true, JSON.stringify(counts))
  area.validate()
  const pages = new Board(board)
  const numbers = Array.from({ length: PAGES }, (_, page) => page)
  // What is not in the file is in memory; the rest has to be there in its last version.
  const saved = numbers.filter((page) => !pages.isDirty(page))
  expectSame(saved.length > 30, true, 'some pages were saved')
  const versions = numbers.map((page) => pages.version(page))
  const written = await ask({ do: 'work', job: { ...team[0], what: 'flush' } })
  expectSame((written as Answer).counts.written, PAGES - saved.length, 'pages that were newer than the file')
  await ask({ do: 'compare', path: PATH, versions })
  area.close()
}

export async function run(report: Report): Promise<void> {
  for (const backend of [sab, wasm]) {
    await report.check(`${backend.kind}: pages get frames and lose them`, async () => {
      const { area, frames } = await open(backend, { pages: 100, poolFrames: 64 })
      expectSame(area.io.alloc([{ page: 1, count: 10 }], { zero: true }), 10, 'pages allocated')
      bytesOf(area, 5).fill(7)
      expectSame(bytesOf(area, 5)[4095], 7, 'a byte')
      expectSame(bytesOf(area, 50)[0], 0, 'a byte of a page that is not resident')
      area.validate()
      expectSame(area.io.free([{ page: 1, count: 11 }]), 10, 'pages freed')
      area.trim()
      expectSame(frames.stats().free, 63, 'free frames')
      area.close()
    })

    await report.check(`${backend.kind}: a file on the page itself is refused with the reason`, async () => {
      await ask({ do: 'make', path: PATH, pages: 2 })
      const options = { pages: 100, poolFrames: 64, file: { path: PATH } }
      const error = await open(backend, options).catch((thrown: unknown) => thrown)
      expectSame((error as { code?: string }).code, 'UNAVAILABLE', 'the error')
    })
  }
  await report.check('a worker reads and writes a file of the origin-private file system', async () => {
    await ask({ do: 'make', path: PATH, pages: 100 })
    await ask({ do: 'use', path: PATH, pages: 100 })
  })
  await report.check('two workers on one area and one file: every byte is right', workTogether)
}
