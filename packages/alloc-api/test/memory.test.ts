// Memories: how they are made, what is refused, and that they are the same bytes in another worker.
import { canTest } from '@parperos/presets/backends'
import { inspect } from 'node:util'
import { Worker } from 'node:worker_threads'
import { describe, expect, it } from 'vitest'
import { adoptMemory, createMemory, type MemoryHandle } from '../src/index.ts'
import { native } from '../src/native.ts'
import { sab } from '../src/sab.ts'
import { wasm } from '../src/wasm.ts'

const backends = [sab, wasm, native].filter((backend) => canTest(backend))
const kinds = backends.map(({ kind }) => kind)
const coded = (code: string): unknown => expect.objectContaining({ code })

describe.each(kinds)('a memory of kind %s', (kind) => {
  it('has the bytes that were asked for, rounded up to pages', async () => {
    const memory = await createMemory({ backend: kind, bytes: 100_000 })
    expect(memory.kind).toBe(kind)
    expect(memory.bytes).toBe(kind === 'sab' ? 102_400 : 131_072)
    expect(memory.buffer.byteLength).toBe(memory.bytes)
    expect(memory.freeBytes).toBe(memory.bytes - 4096)
    expect(memory.wasm === null).toBe(kind === 'sab')
    expect(memory.info()).toMatchObject({ kind, bytes: memory.bytes, freeBytes: memory.freeBytes, regions: [] })
    memory.close()
  })

  it('has at least room for its directory and a page', async () => {
    using memory = await createMemory({ backend: kind, bytes: 1 })
    expect(memory.region(4096, 'page').byteLength).toBe(4096)
  })

  it.each([0, -1, 1.5, NaN, Infinity, 2 ** 53, '4096' as never, undefined as never])(
    'is not made of %s bytes',
    async (bytes) => {
      await expect(createMemory({ backend: kind, bytes })).rejects.toEqual(coded('BAD_OPTION'))
    },
  )

  it('is the same bytes in a worker', async () => {
    const memory = await createMemory({ backend: kind, bytes: 1 << 20 })
    const words = memory.region(4096, 'words').words()
    words[3] = 42
    const worker = new Worker(new URL('workers/adopt.ts', import.meta.url), { workerData: memory.handle })
    const { promise, resolve, reject } = Promise.withResolvers<unknown>()
    worker.once('message', resolve).once('error', reject)
    expect(await promise).toEqual({ kind, bytes: memory.bytes, names: ['words', 'theirs'], found: 42 })
    expect(Atomics.load(words, 3)).toBe(43)
    expect(memory.find('theirs')?.words()[0]).toBe(7)
    memory.close()
  })

  it('says what it is when it is printed, and never its bytes', async () => {
    using memory = await createMemory({ backend: kind, bytes: 1 << 20 })
    memory.region(4096, 'one')
    memory.region(4096, 'two')
    expect(inspect(memory)).toBe(`Memory { ${kind}, 1048576 bytes, 1036288 free, Regions: one, two }`)
  })
})

describe('createMemory', () => {
  it.each(backends)('takes backend $kind by its name and as an object', async (backend) => {
    expect((await createMemory({ backend: backend.kind, bytes: 4096 })).kind).toBe(backend.kind)
    expect((await createMemory({ backend, bytes: 4096 })).kind).toBe(backend.kind)
  })

  it("takes the first of native and wasm that runs here, asked for 'auto'", async () => {
    expect((await createMemory({ backend: 'auto', bytes: 4096 })).kind).toBe(canTest(native) ? 'native' : 'wasm')
  })

  it.each(['best', '', 'constructor', 3 as never])('refuses backend %o', async (backend) => {
    await expect(createMemory({ backend: backend as 'auto', bytes: 4096 })).rejects.toEqual(coded('BAD_OPTION'))
  })

  it('says why a backend cannot make one here', async () => {
    const missing = { ...sab, unavailable: () => 'the moon is in the wrong place' }
    const failing = createMemory({ backend: missing, bytes: 4096 })
    await expect(failing).rejects.toThrow('the sab backend of memory cannot run: the moon is in the wrong place')
    await expect(failing).rejects.toEqual(coded('UNAVAILABLE'))
  })

  it('has no WebAssembly memory above 4 GiB, and others up to 1 TiB', async () => {
    await expect(createMemory({ backend: 'wasm', bytes: 2 ** 32 + 1 })).rejects.toEqual(coded('BAD_OPTION'))
    for (const backend of kinds) {
      await expect(createMemory({ backend, bytes: 2 ** 40 + 1 })).rejects.toEqual(coded('BAD_OPTION'))
    }
    const large = await createMemory({ backend: 'sab', bytes: 2 ** 36 })
    expect(large.region(2 ** 35, 'half').byteLength).toBe(2 ** 35)
    expect(large.freeBytes).toBe(2 ** 35 - 4096)
  })
})

describe('a memory handle', () => {
  it.each([
    ['null', null],
    ['a string', 'memory'],
    ['no kind', { bytes: 8192, wasm: null, buffer: new SharedArrayBuffer(8192) }],
    ['an unknown kind', { kind: 'disk', bytes: 8192, wasm: null, buffer: new SharedArrayBuffer(8192) }],
    ['a buffer that is not shared', { kind: 'sab', bytes: 8192, wasm: null, buffer: new ArrayBuffer(8192) }],
    ['no whole number of bytes', { kind: 'sab', bytes: 0.5, wasm: null, buffer: new SharedArrayBuffer(8192) }],
  ])('of %s is refused', (_, handle) => {
    expect(() => adoptMemory(handle as never)).toThrow(expect.objectContaining({ code: 'BAD_HANDLE' }))
  })

  it.each([8193, 4095, 0, -8192])('of %i bytes for a buffer of 8192 is refused', (bytes) => {
    const handle = { kind: 'sab', bytes, wasm: null, buffer: new SharedArrayBuffer(8192) } satisfies MemoryHandle
    expect(() => adoptMemory(handle)).toThrow(expect.objectContaining({ code: 'BAD_SIZE' }))
  })

  it('of zeros is refused', () => {
    const handle = { kind: 'sab', bytes: 8192, wasm: null, buffer: new SharedArrayBuffer(8192) } satisfies MemoryHandle
    expect(() => adoptMemory(handle)).toThrow(expect.objectContaining({ code: 'BAD_MAGIC' }))
  })
})
