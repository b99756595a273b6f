// Opening and attaching beyond the shared suite: which backend is chosen, what a memory can hold, what a header may
// say, and what is left of a worker that has gone.
import { createMemory, Region, type BackendKind, type ErrorCode, type FrameAllocatorHandle } from '@parperos/alloc-api'
import { canTest } from '@parperos/presets/backends'
import { inspect } from 'node:util'
import { describe, expect, it } from 'vitest'
import { LLFree, type LLFreeBackend, type LLFreeConfig } from '../src/index.ts'
import * as L from '../src/layout.ts'
import { backends } from './support/backends.ts'
import { kinds } from './support/kinds.ts'
import { Look } from './support/look.ts'
import { memoryFor, open, wordsOf } from './support/open.ts'

const { sab, wasm, native } = backends

const wasmMemory = (bytes = 1 << 20) => createMemory({ backend: 'wasm', bytes })
const withCode = (code: ErrorCode): Error => expect.objectContaining({ code }) as Error

describe('the choice of a backend', () => {
  it.skipIf(!canTest(native))("'auto' takes native code where the addon is, and says why", async () => {
    using allocator = await LLFree.open({ backend: 'auto', memory: await wasmMemory(), frames: 64, slots: 2 })
    expect(allocator.kind).toBe('native')
    expect(allocator.info().chosen).toBe('native: the fastest that can run here')
    using other = await LLFree.attach({ backend: 'auto', handle: allocator.handle, slot: 1 })
    expect(other.info().chosen).toBe('native: the fastest that can run here')
  })

  it("'auto' works in a memory that is none of WebAssembly", async () => {
    const memory = await createMemory({ backend: 'sab', bytes: 1 << 20 })
    using allocator = await LLFree.open({ backend: 'auto', memory, frames: 64 })
    expect(allocator.kind).not.toBe('wasm')
    expect(allocator.get(0)).toBe(0)
  })

  it('a backend that is named needs no reason', async () => {
    using allocator = await LLFree.open({ backend: sab, memory: await wasmMemory(), frames: 64 })
    expect(allocator.info()).toEqual({
      component: 'llfree',
      backend: 'sab',
      frames: 64,
      slot: 0,
      slots: 1,
      metadataBytes: new Look(allocator).shape.wordsTotal * 4,
    })
  })

  it('a backend that cannot run here is refused with its reason', async () => {
    const missing: LLFreeBackend = { ...sab, unavailable: () => 'it has been switched off' }
    const memory = await wasmMemory()
    const opening = LLFree.open({ backend: missing, memory, frames: 64 })
    await expect(opening).rejects.toThrow(withCode('UNAVAILABLE'))
    await expect(opening).rejects.toThrow(/the sab backend of llfree cannot run: it has been switched off/)
    expect(memory.names()).toEqual([])
    const { handle } = await open('sab', { frames: 64, slots: 2 })
    await expect(LLFree.attach({ backend: missing, handle, slot: 1 })).rejects.toThrow(withCode('UNAVAILABLE'))
  })

  it.each([undefined, null, 'gpu', {}, []])('refuses %j as a backend', async (backend) => {
    const opening = LLFree.open({ backend: backend as never, memory: await wasmMemory(), frames: 64 })
    await expect(opening).rejects.toThrow(withCode('BAD_OPTION'))
    const { handle } = await open('sab', { frames: 64, slots: 2 })
    await expect(LLFree.attach({ backend: backend as never, handle, slot: 1 })).rejects.toThrow(withCode('BAD_OPTION'))
  })

  it('refuses WebAssembly in a memory that is none of it, says what to do, and carves nothing', async () => {
    const memory = await createMemory({ backend: 'sab', bytes: 1 << 20 })
    const opening = LLFree.open({ backend: wasm, memory, frames: 64 })
    await expect(opening).rejects.toThrow(withCode('UNAVAILABLE'))
    await expect(opening).rejects.toThrow(/create the memory with backend 'wasm' or 'native'/)
    expect(memory.names()).toEqual([])
    using allocator = await LLFree.open({ backend: sab, memory, frames: 64, slots: 2 })
    const attaching = LLFree.attach({ backend: wasm, handle: allocator.handle, slot: 1 })
    await expect(attaching).rejects.toThrow(withCode('UNAVAILABLE'))
    using other = await LLFree.attach({ backend: sab, handle: allocator.handle, slot: 1 })
    expect(other.slot).toBe(1)
  })
})

describe('options', () => {
  const bad: [code: ErrorCode, options: Record<string, unknown>, message: RegExp][] = [
    ['BAD_OPTION', { frames: 2 ** 30 + 1 }, /frames is a whole number from 1 to 1073741824, got 1073741825/],
    ['BAD_OPTION', { slots: 1025 }, /slots is a whole number from 1 to 1024, got 1025/],
    ['BAD_OPTION', { memory: undefined }, /memory is a memory that createMemory made/],
    ['BAD_OPTION', { memory: {} }, /memory is a memory that createMemory made/],
    ...[0, 1, 3, 128, -8, 2.5, NaN, '8', null].map((treeHugeFrames): [ErrorCode, Record<string, unknown>, RegExp] => [
      'BAD_OPTION',
      { treeHugeFrames },
      /treeHugeFrames is a power of two from 2 to 64, got/,
    ]),
    ['BAD_OPTION', { initial: 'full' }, /initial is 'free', 'allocated' or 'recover', got "full"/],
    ['BAD_OPTION', { persist: 'always' }, /persist is 'none', 'flush' or 'msync', got "always"/],
    ['UNSUPPORTED', { persist: 'msync' }, /a memory of kind wasm cannot be made durable/],
    ['BAD_NAME', { name: '' }, /a name is a string that is not empty/],
    ['BAD_NAME', { name: 7 }, /a name is a string that is not empty, got 7/],
    ['BAD_NAME', { name: 'n'.repeat(45) }, /name/],
    ['TOO_SMALL', { frames: 2 ** 28 }, /needs \d+ bytes, the memory has \d+ left/],
  ]

  it.each(bad)('that are refused with %s: %j', async (code, options, message) => {
    for (const kind of kinds) {
      const memory = await wasmMemory()
      const opening = LLFree.open({ backend: backends[kind], memory, frames: 64, ...options })
      await expect(opening).rejects.toThrow(message)
      await expect(opening).rejects.toThrow(withCode(code))
      expect(memory.names()).toEqual([])
    }
  })

  it("'auto' refuses to open without a memory and to attach without a handle", async () => {
    const config: LLFreeConfig = { memory: undefined as never, frames: 64 }
    await expect(LLFree.open({ backend: 'auto', ...config })).rejects.toThrow(withCode('BAD_OPTION'))
    const nowhere = { backend: 'auto', slot: 0, handle: undefined as never } as const
    await expect(LLFree.attach(nowhere)).rejects.toThrow(withCode('BAD_HANDLE'))
  })

  it('a memory that is just large enough for one Region is refused before anything is carved', async () => {
    const { wordsTotal } = new Look(await open('sab', { frames: 100_000 })).shape
    const pages = Math.ceil((wordsTotal * 4) / 4096) + 4
    for (let missing = 1; missing <= 4; missing++) {
      const memory = await createMemory({ backend: 'sab', bytes: (1 + pages - missing) * 4096 })
      await expect(LLFree.open({ backend: sab, memory, frames: 100_000 })).rejects.toThrow(withCode('TOO_SMALL'))
      expect(memory.names()).toEqual([])
    }
    const memory = await createMemory({ backend: 'sab', bytes: (1 + pages) * 4096 })
    using allocator = await LLFree.open({ backend: sab, memory, frames: 100_000 })
    expect([allocator.stats().free, memory.freeBytes]).toEqual([100_000, 0])
  })
})

describe('sizes', () => {
  it.each([1, 2, 16])('the metadata of 1 GiB takes at most 38,000 bytes with %i slots', async (slots) => {
    using allocator = await open('sab', { frames: 2 ** 18, slots })
    expect(allocator.info().metadataBytes).toBeLessThanOrEqual(38_000)
    using large = await open('sab', { frames: 2 ** 22, slots })
    expect(large.info().metadataBytes / 16).toBeLessThanOrEqual(38_000)
  })

  const places: [backend: BackendKind, memory: BackendKind][] = [
    ['sab', 'sab'],
    ['native', 'sab'],
    ['sab', 'wasm'],
    ['wasm', 'wasm'],
    ['native', 'native'],
  ]

  it.each(places.filter(([kind]) => canTest(backends[kind])))(
    '%s manages 2^30 frames, 4 TiB, in a memory of kind %s',
    { timeout: 60_000 },
    async (kind, memoryKind) => {
      const frames = 2 ** 30
      const memory = await memoryFor({ frames, slots: 2 }, memoryKind)
      using allocator = await LLFree.open({ backend: backends[kind], memory, frames, slots: 2 })
      expect(allocator.stats()).toEqual({ frames, free: frames, freeHuge: frames / 512 })
      // The last slot starts in the middle, so that both halves of the numbers are used.
      using other = await LLFree.attach({ backend: backends[kind], handle: allocator.handle, slot: 1 })
      const blocks = [allocator, other].flatMap((one) =>
        [0, 3, 8, 9, 10].map((order) => [one.get(order), order] as const),
      )
      expect(blocks.map(([frame]) => frame >= frames / 2)).toEqual([
        ...new Array<boolean>(5).fill(false),
        ...new Array<boolean>(5).fill(true),
      ])
      for (const [frame, order] of [
        [frames - 1, 0],
        [frames - 1024, 3],
        [frames - 2048, 10],
      ] as const) {
        expect(other.getAt(frame, order)).toBe(true)
        expect(allocator.statsAt(frame, order).free).toBe(0)
        allocator.put(frame, order)
      }
      for (const frame of [frames, 2 ** 31, 2 ** 32 - 1])
        expect(() => allocator.put(frame, 0)).toThrow(withCode('BAD_FRAME'))
      for (const [frame, order] of blocks) other.put(frame, order)
      allocator.drain()
      expect(allocator.quickStats()).toEqual({ frames, free: frames, freeHuge: frames / 512 })
      allocator.validate()
      memory.close()
    },
  )
})

describe('attaching by name', () => {
  it('finds the allocator in the memory', async () => {
    const memory = await wasmMemory()
    using allocator = await LLFree.open({ backend: sab, memory, frames: 64, slots: 2, name: 'mine' })
    const frame = allocator.get(3)
    using other = await LLFree.attach({ backend: wasm, memory, name: 'mine', slot: 1 })
    other.put(frame, 3)
    expect(allocator.stats().free).toBe(64)
  })

  it('refuses a name that nothing has, and tells which there are', async () => {
    const memory = await wasmMemory()
    await LLFree.open({ backend: sab, memory, frames: 64, name: 'mine' })
    const attaching = LLFree.attach({ backend: sab, memory, slot: 0 })
    await expect(attaching).rejects.toThrow(withCode('BAD_NAME'))
    await expect(attaching).rejects.toThrow(/no allocator named llfree.*its Regions are: .*mine/)
  })
})

describe.each(kinds)('a header that %s does not accept', (kind) => {
  const damages: [code: ErrorCode, word: keyof typeof L, value: number, message: RegExp][] = [
    ['BAD_MAGIC', 'headerMagic', 0, /there is no llfree allocator/],
    [
      'BAD_VERSION',
      'headerVersion',
      L.version + 1,
      new RegExp(`layout version ${L.version + 1}, expected ${L.version}`),
    ],
    ['BAD_VERSION', 'headerVersion', 0, /layout version 0/],
    ['BAD_SIZE', 'headerFrames', 0, /frames 0, which is none of 1 to 1073741824/],
    ['BAD_SIZE', 'headerFrames', -1, /frames 4294967295/],
    ['BAD_SIZE', 'headerFrames', 2 ** 30, /contradicts/],
    ['BAD_SIZE', 'headerSlots', 0, /slots 0, which is none of 1 to 1024/],
    ['BAD_SIZE', 'headerSlots', 3, /contradicts/],
    ['BAD_SIZE', 'headerClasses', 0, /classes 0, which is none of 1 to 8/],
    ['BAD_SIZE', 'headerClasses', 9, /classes 9/],
    ['BAD_SIZE', 'headerClasses', 3, /contradicts/],
    ['BAD_SIZE', 'headerTreeShift', 0, /treeShift 0, which is none of 1 to 6/],
    ['BAD_SIZE', 'headerTreeShift', 7, /treeShift 7/],
    ['BAD_SIZE', 'headerTreeShift', 4, /contradicts/],
    ['BAD_SIZE', 'headerTrees', 4, /says trees 4, which contradicts/],
    ['BAD_SIZE', 'headerChildren', 1000, /says children 1000, which contradicts/],
    ['BAD_SIZE', 'headerOwnersAt', 0, /says ownersAt 0/],
    ['BAD_SIZE', 'headerLocalsAt', -4, /says localsAt 4294967292/],
    ['BAD_SIZE', 'headerTreesAt', 2 ** 30, /says treesAt/],
    ['BAD_SIZE', 'headerChildrenAt', 129, /says childrenAt/],
    ['BAD_SIZE', 'headerBitsAt', 1, /says bitsAt/],
    ['BAD_SIZE', 'headerWordsTotal', 64, /says wordsTotal/],
    ['BAD_SIZE', 'headerDefaultClass', 2, /class policy .* out of range/],
    ['BAD_SIZE', 'headerDefaultClass', -1, /class policy .* out of range/],
    ['BAD_SIZE', 'headerOrderClass', 8, /class policy .* out of range/],
    ['BAD_SIZE', 'headerPolicy', 4, /class policy .* out of range/],
    ['BAD_SIZE', 'headerPolicy', -1, /class policy .* out of range/],
  ]

  it.each(damages)('is %s with %s = %i', async (code, word, value, message) => {
    const allocator = await open('sab', { frames: 9000, slots: 2 })
    const { handle } = allocator
    const words = wordsOf(allocator)
    const before = words[L[word]]
    words[L[word]] = value
    const attaching = LLFree.attach({ backend: backends[kind], handle, slot: 1 })
    await expect(attaching).rejects.toThrow(message)
    await expect(attaching).rejects.toThrow(withCode(code))
    // Nothing was taken by the attempt.
    words[L[word]] = before
    using other = await LLFree.attach({ backend: backends[kind], handle, slot: 1 })
    other.validate()
  })

  it('is of a handle whose Regions are cut short or strange', async () => {
    const { handle } = await open('sab', { frames: 9000, slots: 2 })
    const attach = (change: Partial<FrameAllocatorHandle>) =>
      LLFree.attach({ backend: backends[kind], handle: { ...handle, ...change }, slot: 1 })
    const cut = { ...handle.region, byteLength: handle.region.byteLength - 4096 }
    await expect(attach({ region: cut })).rejects.toThrow(withCode('BAD_SIZE'))
    await expect(attach({ region: { ...handle.region, byteLength: 64 } })).rejects.toThrow(withCode('BAD_SIZE'))
    await expect(attach({ stacks: { ...handle.stacks, byteLength: 4096 } })).rejects.toThrow(withCode('BAD_SIZE'))
    await expect(attach({ stacks: undefined as never })).rejects.toThrow(withCode('BAD_HANDLE'))
    const elsewhere = (await wasmMemory()).region(1 << 16, 'stacks').handle
    await expect(attach({ stacks: elsewhere })).rejects.toThrow(withCode('BAD_HANDLE'))
    await expect(attach({ layoutVersion: L.version + 1 })).rejects.toThrow(withCode('BAD_VERSION'))
    await expect(attach({ component: 'buddy' })).rejects.toThrow(withCode('BAD_HANDLE'))
    await expect(attach({})).resolves.toHaveProperty('slot', 1)
  })
})

describe.each(kinds)('a %s worker', (kind) => {
  it('that takes over a slot is not waited for because of its former holder', async () => {
    const first = await open('sab', { frames: 64, slots: 2 })
    const { handle } = first
    await LLFree.attach({ backend: backends[kind], handle, slot: 1 })
    const look = new Look(first)
    const ledger = look.localAt(1, 0) + L.localLedger
    // As if the holder had been killed while frames were in its hands.
    look.words[ledger] |= L.ledgerPending
    using heir = await LLFree.attach({ backend: backends[kind], handle, slot: 1, takeOver: true })
    expect(look.words[ledger] & L.ledgerPending).toBe(0)
    expect(heir.getBatch(0, new Uint32Array(100))).toBe(64)
    expect(first.tryGet(0)).toBe(-1)
  })

  it('waits only so long for one that was killed while frames were in its hands', async () => {
    using allocator = await open(kind, { frames: 64, slots: 2 })
    const look = new Look(allocator)
    look.words[look.localAt(1, 0) + L.localLedger] |= L.ledgerPending
    expect(allocator.getBatch(0, new Uint32Array(64))).toBe(64)
    expect(allocator.tryGet(0)).toBe(-1)
    allocator.put(5, 0)
    expect(allocator.get(0)).toBe(5)
  })

  it('refuses everything after close, whose slot is free then, and says so when it is printed', async () => {
    const first = await open('sab', { frames: 5000, slots: 2 })
    const attach = () => LLFree.attach({ backend: backends[kind], handle: first.handle, slot: 1 })
    const worker = await attach()
    const block = worker.get(9)
    expect(inspect(worker)).toBe(`llfree/${kind} { slot 1 of 2, 4488 of 5000 frames free, 8 huge }`)
    await expect(attach()).rejects.toThrow(withCode('SLOT_BUSY'))
    worker.close()
    worker.close()
    expect(inspect(worker)).toBe(`llfree/${kind} { closed }`)
    for (const call of [
      () => worker.get(0),
      () => worker.put(block, 9),
      () => worker.drain(),
      () => worker.quickStats(),
    ]) {
      expect(call).toThrow(withCode('CLOSED'))
    }
    using again = await attach()
    again.put(block, 9)
    expect(first.stats().free).toBe(5000)
  })
})

it('a Region in which opening has not come to its end has no allocator', async () => {
  const allocator = await open('sab', { frames: 64, slots: 2 })
  const { handle } = allocator
  // The magic number is written last.
  Region.from(handle.region).words()[L.headerMagic] = 0
  await expect(LLFree.attach({ backend: sab, handle, slot: 1 })).rejects.toThrow(withCode('BAD_MAGIC'))
})
