// A web worker: what can only be done in one, because files of a browser are only there.
import { FRAME_BYTES } from '@parperos/alloc-api'
import { status } from '@parperos/alloc-api/driver'
import { sab } from '../../src/sab.ts'
import { wasm } from '../../src/wasm.ts'
import { run } from '../stress/run.ts'
import { bytesOf, pattern, patternedBytes, wrongByte } from '../support/page-bytes.ts'
import type { Reply, Request } from './messages.ts'
import { expectSame, open } from './world.ts'

interface AccessHandle {
  read(view: Uint8Array, options: { at: number }): number
  write(view: Uint8Array, options: { at: number }): number
  truncate(size: number): void
  getSize(): number
  close(): void
}

/** The file of that name, which is made if it is not there. */
async function fileOf(path: string): Promise<AccessHandle> {
  const root = await navigator.storage.getDirectory()
  const handle = await root.getFileHandle(path, { create: true })
  const file = handle as unknown as { createSyncAccessHandle(): Promise<AccessHandle> }
  return await file.createSyncAccessHandle()
}

async function make(path: string, pages: number): Promise<void> {
  const file = await fileOf(path)
  file.truncate(0)
  file.write(patternedBytes(pages * FRAME_BYTES), { at: 0 })
  file.close()
}

async function use(path: string, pages: number): Promise<void> {
  for (const backend of [sab, wasm]) {
    const { area } = await open(backend, { pages: pages + 10, poolFrames: 64, file: { path } })
    expectSame(area.info().io, 'opfs', 'how bytes are moved')
    expectSame(await area.io.read([{ page: 3, count: 5 }, { page: 20, count: 1 }]), 6, 'pages read')
    for (const page of [3, 7, 20]) expectSame(wrongByte(bytesOf(area, page), page), -1, `the bytes of page ${page}`)
    expectSame(area.io.readSync([{ page: pages - 2, count: 5 }]), 2, 'pages before the end')
    expectSame(area.io.result(0), { done: 2, status: status.END_OF_FILE }, 'a read beyond the end')
    bytesOf(area, 5).set(pattern(5, 9))
    expectSame(await area.io.write([{ page: 5, count: 1 }]), 1, 'pages written')
    await area.sync()
    area.io.free([{ page: 5, count: 1 }])
    expectSame(area.io.readSync([{ page: 5, count: 1 }]), 1, 'pages read again')
    expectSame(wrongByte(bytesOf(area, 5), 5, 9), -1, 'the bytes of the written page')
    bytesOf(area, 5).set(pattern(5))
    expectSame(area.io.writeSync([{ page: 5, count: 1 }]), 1, 'pages written back')
    area.validate()
    area.close()
    const { area: reader } = await open(backend, { pages, poolFrames: 64, file: { path, readOnly: true } })
    expectSame(await reader.io.read([{ page: 0, count: 3 }]), 3, 'pages of a file that is only read')
    expectSame(reader.io.writeSync([{ page: 0, count: 1 }]), 0, 'pages written to it')
    expectSame(reader.io.result(0).status, status.IO_ERROR, 'the status of that')
    reader.close()
  }
  const missing = await open(sab, { pages, poolFrames: 64, file: { path: `no-${path}` } }).catch((error: unknown) => error)
  expectSame((missing as { code?: string }).code, 'SYSTEM', 'a file that is not there')
}

async function compare(path: string, versions: number[]): Promise<void> {
  const file = await fileOf(path)
  const page = new Uint8Array(FRAME_BYTES)
  versions.forEach((version, number) => {
    file.read(page, { at: number * FRAME_BYTES })
    expectSame(wrongByte(page, number, version), -1, `the bytes of page ${number} in the file`)
  })
  file.close()
}

async function answer(request: Request): Promise<unknown> {
  switch (request.do) {
    case 'make':
      await make(request.path, request.pages)
      return null
    case 'use':
      await use(request.path, request.pages)
      return null
    case 'work':
      return await run(request.job, request.job.kind === 'wasm' ? wasm : sab)
    case 'compare':
      await compare(request.path, request.versions)
      return null
  }
}

self.addEventListener('message', ({ data }: MessageEvent<Request>) => {
  answer(data).then(
    (value) => self.postMessage({ value } satisfies Reply),
    (error: unknown) => {
      const failed = error instanceof Error ? (error.stack ?? error.message) : String(error)
      self.postMessage({ failed } satisfies Reply)
    },
  )
})
