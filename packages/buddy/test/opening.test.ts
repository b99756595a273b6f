// Opening and attaching beyond the shared suite: which backend is chosen, what a memory can hold, what a header may say.
import { createMemory, ParperosError, Region, type ErrorCode, type FrameAllocatorHandle } from '@parperos/alloc-api'
import { canTest } from '@parperos/presets/backends'
import { describe, expect, it } from 'vitest'
import { Buddy, type BuddyBackend } from '../src/index.ts'
import { layout } from '../src/layout.ts'
import { backends } from './support/backends.ts'
import { kinds } from './support/kinds.ts'

const { versionWord, framesWord, slotsWord, sizeWord } = layout.values
const { sab, wasm, native } = backends

const wasmMemory = (bytes = 1 << 20) => createMemory({ backend: 'wasm', bytes })
const withCode = (code: ErrorCode): Error => expect.objectContaining({ code }) as Error

/** The sab backend, for a machine on which it cannot run. */
const missing: BuddyBackend = { ...sab, unavailable: () => 'it has been switched off' }

describe('the choice of a backend', () => {
  it.skipIf(!canTest(native))("'auto' takes native code where the addon is, and says so", async () => {
    using allocator = await Buddy.open({ backend: 'auto', memory: await wasmMemory(), frames: 64 })
    expect(allocator.kind).toBe('native')
    expect(allocator.info().chosen).toBe('native, the first choice')
  })

  it('a list gives its first that can run, and info() tells why not the ones before', async () => {
    const memory = await createMemory({ backend: 'sab', bytes: 1 << 20 })
    using allocator = await Buddy.open({ backend: [missing, wasm, sab], memory, frames: 64, slots: 2 })
    expect(allocator.kind).toBe('sab')
    const reasons = 'sab, since sab: it has been switched off; wasm: it is no WebAssembly memory'
    expect(allocator.info().chosen).toBe(reasons)
    using other = await Buddy.attach({ backend: [wasm, sab], handle: allocator.handle, slot: 1 })
    expect(other.info().chosen).toBe('sab, since wasm: it is no WebAssembly memory')
  })

  it('a backend that is named needs no reason', async () => {
    using allocator = await Buddy.open({ backend: sab, memory: await wasmMemory(), frames: 64 })
    expect(allocator.info()).not.toHaveProperty('chosen')
  })

  it('refuses a list of which none can run, with every reason', async () => {
    const memory = await createMemory({ backend: 'sab', bytes: 1 << 20 })
    const open = Buddy.open({ backend: [missing, wasm], memory, frames: 64 })
    await expect(open).rejects.toThrow(withCode('UNAVAILABLE'))
    await expect(open).rejects.toThrow(/switched off.*no WebAssembly memory/)
    expect(memory.names()).toEqual([])
  })

  it.each([undefined, null, 'gpu', [], {}, [sab, null]])('refuses %j as a backend', async (backend) => {
    const open = Buddy.open({ backend: backend as never, memory: await wasmMemory(), frames: 64 })
    await expect(open).rejects.toThrow(withCode('BAD_OPTION'))
  })

  it('refuses the WebAssembly backend in a memory that is none of WebAssembly, and carves nothing', async () => {
    const memory = await createMemory({ backend: 'sab', bytes: 1 << 20 })
    await expect(Buddy.open({ backend: wasm, memory, frames: 64 })).rejects.toThrow(withCode('UNAVAILABLE'))
    expect(memory.names()).toEqual([])
  })

  it.each([
    { what: "'auto'", backend: 'auto' as const },
    { what: 'a backend', backend: sab },
    { what: 'a list', backend: [wasm, sab] },
  ])('refuses to open without a memory, asked for $what', async ({ backend }) => {
    const open = Buddy.open({ backend, memory: undefined as never, frames: 64 })
    await expect(open).rejects.toThrow(withCode('BAD_OPTION'))
  })
})

describe('the capabilities', () => {
  it.each(kinds)('%s has placement, and answers what it has not with UNSUPPORTED', async (kind) => {
    const allocator = await Buddy.open({ backend: backends[kind], memory: await wasmMemory(), frames: 64 })
    expect(allocator.supports).toEqual({ placement: true, classes: false, reclaim: false, recovery: false })
    expect(allocator.getAt(5, 0)).toBe(true)
    expect(() => allocator.get(0, 0)).toThrow(withCode('UNSUPPORTED'))
    expect(() => allocator.getAt(0, 0, 0)).toThrow(withCode('UNSUPPORTED'))
    const all = allocator as typeof allocator & { drain(): void; quickStats(): void }
    expect(() => all.drain()).toThrow(withCode('UNSUPPORTED'))
    expect(() => all.quickStats()).toThrow(withCode('UNSUPPORTED'))
  })
})

describe('the sizes', () => {
  it.each([sab, native].filter((backend) => canTest(backend)))('$kind manages 2^30 frames, 4 TiB', { timeout: 60_000 }, async (backend) => {
    // Reserved, not used: what no frame is taken from is never touched.
    const memory = await createMemory({ backend: 'sab', bytes: 4608 * 2 ** 20 })
    const frames = 2 ** 30
    using allocator = await Buddy.open({ backend, memory, frames })
    expect(allocator.stats()).toEqual({ frames, free: frames, freeHuge: frames / 512 })
    expect(allocator.get(0)).toBe(0)
    allocator.put(0, 0)
    const batch = new Uint32Array(3000)
    expect(allocator.getBatch(10, batch)).toBe(3000)
    allocator.putBatch(10, batch)
    expect(allocator.stats().free).toBe(frames)
    expect(() => allocator.put(frames, 0)).toThrow(withCode('BAD_FRAME'))
  })

  it('wasm manages 900 million frames in its 4 GiB', { timeout: 60_000 }, async () => {
    const memory = await wasmMemory(2 ** 32)
    const frames = 900_000_001
    using allocator = await Buddy.open({ backend: wasm, memory, frames })
    expect(allocator.stats()).toEqual({ frames, free: frames, freeHuge: Math.floor(frames / 512) })
    // The last frame is a block of its own, whose words are behind the first 2 GiB.
    expect(allocator.get(0)).toBe(frames - 1)
    expect(allocator.get(9)).toBeLessThan(frames)
    allocator.put(frames - 1, 0)
    expect(allocator.statsAt(frames - 1, 0).free).toBe(1)
  })

  it('takes about 1.1 MiB of metadata per GiB', async () => {
    const memory = await wasmMemory(8 << 20)
    const { metadataBytes } = (await Buddy.open({ backend: sab, memory, frames: 1 << 20 })).info()
    expect(metadataBytes / 4).toBeLessThan(1.1 * 2 ** 20)
  })

  it('opens in the first and refuses in the second when only one fits', async () => {
    const memory = await wasmMemory(128 << 10)
    await Buddy.open({ backend: sab, memory, frames: 10_000, name: 'one' })
    const left = memory.freeBytes
    const open = Buddy.open({ backend: sab, memory, frames: 10_000, slots: 4, name: 'two' })
    await expect(open).rejects.toThrow(withCode('TOO_SMALL'))
    expect(memory.freeBytes).toBe(left)
  })

  it.each(['', 'n'.repeat(45), 7 as never])('refuses the name %j and carves nothing', async (name) => {
    const memory = await wasmMemory()
    await expect(Buddy.open({ backend: sab, memory, frames: 64, name })).rejects.toThrow(withCode('BAD_NAME'))
    expect(memory.names()).toEqual([])
  })
})

describe('attaching by name', () => {
  it('finds the allocator in the memory', async () => {
    const memory = await wasmMemory()
    using allocator = await Buddy.open({ backend: sab, memory, frames: 64, slots: 2, name: 'mine' })
    const frame = allocator.get(3)
    using other = await Buddy.attach({ backend: wasm, memory, name: 'mine', slot: 1 })
    other.put(frame, 3)
    expect(allocator.stats().free).toBe(64)
  })

  it('refuses a name that nothing has', async () => {
    const memory = await wasmMemory()
    await Buddy.open({ backend: sab, memory, frames: 64, name: 'mine' })
    const attach = Buddy.attach({ backend: sab, memory, slot: 0 })
    await expect(attach).rejects.toThrow(withCode('BAD_NAME'))
    await expect(attach).rejects.toThrow(/its Regions are: mine-stacks, mine/)
  })
})

describe.each(kinds)('a header that %s does not accept', (kind) => {
  const damages: [code: ErrorCode, word: number, value: number][] = [
    ['BAD_VERSION', versionWord, 2],
    ['BAD_VERSION', versionWord, 0],
    ['BAD_SIZE', framesWord, 0],
    ['BAD_SIZE', framesWord, -1],
    ['BAD_SIZE', framesWord, 2 ** 30],
    ['BAD_SIZE', framesWord, 900],
    ['BAD_SIZE', slotsWord, 0],
    ['BAD_SIZE', slotsWord, 1000],
    ['BAD_SIZE', sizeWord, 16],
  ]

  it.each(damages)('is %s with word %i = %i', async (code, word, value) => {
    const memory = await wasmMemory()
    const { handle } = await Buddy.open({ backend: sab, memory, frames: 9000, slots: 2 })
    Region.from(handle.region).words()[word] = value
    await expect(Buddy.attach({ backend: backends[kind], handle, slot: 1 })).rejects.toThrow(withCode(code))
  })

  it('is of a handle whose stacks do not fit', async () => {
    const memory = await wasmMemory()
    const { handle } = await Buddy.open({ backend: sab, memory, frames: 9000, slots: 2 })
    const attach = (stacks: FrameAllocatorHandle['stacks'] | undefined) =>
      Buddy.attach({ backend: backends[kind], handle: { ...handle, stacks } as FrameAllocatorHandle, slot: 1 })
    await expect(attach({ ...handle.stacks, byteLength: 4096 })).rejects.toThrow(withCode('BAD_SIZE'))
    await expect(attach(undefined)).rejects.toThrow(withCode('BAD_HANDLE'))
    const elsewhere = (await wasmMemory()).region(1 << 16, 'stacks').handle
    await expect(attach(elsewhere)).rejects.toThrow(withCode('BAD_HANDLE'))
    await expect(attach(handle.stacks)).resolves.toHaveProperty('slot', 1)
  })
})

it('errors say what was expected', async () => {
  const memory = await wasmMemory()
  const error: unknown = await Buddy.open({ backend: sab, memory, frames: 2 ** 31 }).catch((caught: unknown) => caught)
  expect(error).toBeInstanceOf(ParperosError)
  expect((error as Error).message).toBe('frames is a whole number from 1 to 1073741824, got 2147483648')
})
