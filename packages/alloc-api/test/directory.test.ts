// The directory: carving, names and limits, and refusal of bytes that are none.
import { Worker } from 'node:worker_threads'
import { beforeEach, describe, expect, it } from 'vitest'
import { adoptMemory, createMemory, Region, type Memory } from '../src/index.ts'
import { Directory } from '../src/memory/directory.ts'

const PAGE = 4096
const word = { magic: 0, version: 1, pages: 2, nextPage: 3, firstEntry: 16 }

let memory: Memory
let directory: Int32Array
beforeEach(async () => {
  memory = await createMemory({ backend: 'sab', bytes: 16 * PAGE })
  directory = new Int32Array(memory.buffer, 0, PAGE / 4)
})

const adopt = () => adoptMemory(structuredClone(memory.handle))

describe('carving', () => {
  it('gives one page-aligned range after the other, zeroed, whose names are found again', () => {
    const one = memory.region(1, 'one')
    const two = memory.region(PAGE + 1, 'two')
    expect([one.byteOffset, one.byteLength]).toEqual([PAGE, PAGE])
    expect([two.byteOffset, two.byteLength]).toEqual([2 * PAGE, 2 * PAGE])
    expect(two.bytes().every((byte) => byte === 0)).toBe(true)
    expect(memory.names()).toEqual(['one', 'two'])
    expect(memory.find('two')).toMatchObject({ byteOffset: 2 * PAGE, byteLength: 2 * PAGE })
    expect(memory.find('three')).toBeUndefined()
    expect(memory.freeBytes).toBe(12 * PAGE)
  })

  it('goes on to the last page and not beyond', () => {
    expect(() => memory.region(15 * PAGE + 1, 'all')).toThrow(expect.objectContaining({ code: 'TOO_SMALL' }))
    expect(memory.names()).toEqual([])
    expect(memory.region(15 * PAGE, 'all').byteLength).toBe(15 * PAGE)
    expect(memory.freeBytes).toBe(0)
    expect(() => memory.region(1, 'more')).toThrow(/has 0 free bytes; create it larger/)
  })

  it('refuses a name that is taken, empty, too long, or cannot be stored', () => {
    memory.region(1, 'one')
    for (const name of ['one', '', 'x'.repeat(49), 'ä'.repeat(25), 'with\0zero']) {
      expect(() => memory.region(1, name)).toThrow(expect.objectContaining({ code: 'BAD_NAME' }))
    }
    expect(memory.freeBytes).toBe(14 * PAGE)
    memory.region(1, 'x'.repeat(48))
    memory.region(1, 'ä'.repeat(24))
    expect(memory.names()).toEqual(['one', 'x'.repeat(48), 'ä'.repeat(24)])
  })

  it.each([-1, 1.5, NaN, Infinity, 2 ** 53, '1' as never])('refuses %s bytes', (bytes) => {
    expect(() => memory.region(bytes, 'one')).toThrow(expect.objectContaining({ code: 'BAD_OPTION' }))
  })

  it('has room for 63 names', async () => {
    const large = await createMemory({ backend: 'sab', bytes: 100 * PAGE })
    for (let i = 0; i < 63; i++) large.region(1, `Region ${i}`)
    expect(() => large.region(1, 'one more')).toThrow(/already has 63 Regions/)
    expect(large.names()).toHaveLength(63)
  })

  it('gives workers that carve at the same time ranges of their own', async () => {
    const large = await createMemory({ backend: 'sab', bytes: 1 << 20 })
    const script = new URL('workers/carve.ts', import.meta.url)
    await Promise.all(
      ['a', 'b'].map((name) => {
        const { promise, resolve, reject } = Promise.withResolvers<unknown>()
        new Worker(script, { workerData: { handle: large.handle, name, count: 30 } })
          .once('exit', resolve)
          .once('error', reject)
        return promise
      }),
    )
    const offsets = large.info().regions.map(({ byteOffset }) => byteOffset)
    expect(offsets).toHaveLength(60)
    expect(new Set(offsets).size).toBe(60)
    // Each worker has written its name over the whole of its Regions.
    for (const name of large.names()) {
      expect(new Set(large.find(name)?.bytes())).toEqual(new Set([name.charCodeAt(0)]))
    }
  })
})

describe('a memory is refused', () => {
  it('when its first word is not the magic number', () => {
    directory[word.magic] = 0
    expect(adopt).toThrow(expect.objectContaining({ code: 'BAD_MAGIC' }))
  })

  it('when it is of another directory version', () => {
    directory[word.version] = 2
    expect(adopt).toThrow(
      expect.objectContaining({
        code: 'BAD_VERSION',
        message: expect.stringMatching(/version 2, expected 1/) as string,
      }),
    )
  })

  it.each([
    ['speaks of more pages than there are', word.pages, 17],
    ['speaks of four thousand million pages', word.pages, -1],
    ['has its free end before its start', word.nextPage, 0],
    ['has its free end behind its last page', word.nextPage, 17],
  ])('when its directory %s', (_, at, value) => {
    directory[at] = value
    expect(adopt).toThrow(expect.objectContaining({ code: 'BAD_SIZE' }))
  })

  it.each([
    ['starts in the directory', 1, 0],
    ['starts behind the end', 1, 16],
    ['is longer than the memory', 2, 1000],
    ['has a length beyond 31 bits', 2, -1],
  ])('as soon as one of its Regions %s', (_, at, value) => {
    memory.region(PAGE, 'one')
    directory[word.firstEntry + at] = value
    expect(() => adopt().find('one')).toThrow(expect.objectContaining({ code: 'BAD_SIZE' }))
  })
})

it('a Region whose pages the mark of free ones has missed, as after a power failure, is not carved again', () => {
  const first = memory.region(3 * PAGE, 'first')
  const free = memory.freeBytes
  directory[word.nextPage] = 1
  expect(memory.freeBytes).toBe(free)
  expect(memory.region(PAGE, 'second').byteOffset).toBe(first.byteOffset + first.byteLength)
  expect(memory.freeBytes).toBe(free - PAGE)
})

it('a Region that is still being carved is not seen', () => {
  new Directory(memory.buffer).carve('one', PAGE)
  directory[word.firstEntry] = 1
  expect(memory.names()).toEqual([])
  expect(memory.region(1, 'two').byteOffset).toBe(2 * PAGE)
})

describe('a Region', () => {
  it('gives views of exactly its bytes', () => {
    memory.region(PAGE, 'before')
    const region = memory.region(2 * PAGE, 'one')
    region.words().fill(-1)
    expect(region.words()).toHaveLength((2 * PAGE) / 4)
    expect(region.bytes(8, 4)).toHaveLength(4)
    expect(new Uint8Array(memory.buffer)[2 * PAGE - 1]).toBe(0)
    expect(new Uint8Array(memory.buffer)[2 * PAGE]).toBe(0xff)
    expect(new Uint8Array(memory.buffer)[4 * PAGE]).toBe(0)
    for (const [offset, length] of [
      [-1, 4],
      [0, 2 * PAGE + 1],
      [2 * PAGE, 1],
      [0, -1],
    ] as const) {
      expect(() => region.bytes(offset, length)).toThrow(expect.objectContaining({ code: 'BAD_SIZE' }))
    }
  })

  it.each([
    ['null', null, 'BAD_HANDLE'],
    ['a number', 7, 'BAD_HANDLE'],
    ['a handle without a memory', { byteOffset: 0, byteLength: PAGE }, 'BAD_HANDLE'],
    ['a memory of no bytes', { memory: { kind: 'sab', bytes: 4096 }, byteOffset: 0, byteLength: 1 }, 'BAD_HANDLE'],
  ])('is not made of %s', (_, handle, code) => {
    expect(() => Region.from(handle as never)).toThrow(expect.objectContaining({ code }))
  })

  it.each([
    [{ byteOffset: 1 }],
    [{ byteOffset: -PAGE }],
    [{ byteOffset: 16 * PAGE }],
    [{ byteOffset: 0.5 }],
    [{ byteOffset: undefined }],
    [{ byteLength: 16 * PAGE }],
    [{ byteLength: -1 }],
    [{ byteLength: NaN }],
  ])('is not made of a handle with %o', (change) => {
    const { handle } = memory.region(PAGE, 'one')
    expect(() => Region.from({ ...handle, ...change } as never)).toThrow(expect.objectContaining({ code: 'BAD_SIZE' }))
  })

  it('refuses one view of more words than an index reaches', async () => {
    const huge = await createMemory({ backend: 'sab', bytes: 9 * 2 ** 30 })
    const region = huge.region(8 * 2 ** 30, 'huge')
    expect(() => region.words()).toThrow(expect.objectContaining({ code: 'BAD_SIZE' }))
    expect(region.bytes(8 * 2 ** 30 - 4)).toHaveLength(4)
  })
})
