// The model: what it adds to the contract (first fit), what it refuses, and that other threads can take their turn.
import { inspect } from 'node:util'
import { Worker } from 'node:worker_threads'
import { describe, expect, it } from 'vitest'
import { createMemory, Region, type FullFrameAllocator } from '../src/index.ts'
import { modelBackend } from '../src/model/index.ts'

const open = async (frames = 100, slots = 2): Promise<FullFrameAllocator> =>
  modelBackend.open({ memory: await createMemory({ backend: 'sab', bytes: 1 << 20 }), frames, slots })

const words = { version: 1, frames: 2, slots: 3, firstFrame: 16 + 2 }

describe('the model', () => {
  it('takes the first free block from frame 0 on', async () => {
    const allocator = await open()
    expect([0, 0, 2, 0, 1, 0].map((order) => allocator.get(order))).toEqual([0, 1, 4, 2, 8, 3])
    allocator.put(1, 0)
    expect(allocator.get(0)).toBe(1)
  })

  it('names the byte that is neither free nor allocated', async () => {
    const allocator = await open()
    Region.from(allocator.handle.region).words()[words.firstFrame + 5] = 0x00070000
    expect(() => allocator.validate()).toThrow(/model\/sab: the byte of frame 22 is 7/)
  })

  it.each([
    ['another version', 'BAD_VERSION', words.version, 2],
    ['no frames', 'BAD_SIZE', words.frames, 0],
    ['more frames than there are bytes', 'BAD_SIZE', words.frames, 5000],
    ['a negative number of frames', 'BAD_SIZE', words.frames, -1],
    ['no slots', 'BAD_SIZE', words.slots, 0],
    ['more slots than there are words', 'BAD_SIZE', words.slots, 2 ** 30],
  ])('refuses a header of %s', async (_, code, word, value) => {
    const { handle } = await open()
    Region.from(handle.region).words()[word] = value
    await expect(modelBackend.attach(handle, 1)).rejects.toMatchObject({ code })
  })

  it('shows the same frames to a worker, which takes its turn', async () => {
    const allocator = await open(2000)
    const taken = [allocator.get(0), allocator.get(9)]
    const worker = new Worker(new URL('workers/model.ts', import.meta.url), { workerData: allocator.handle })
    const { promise, resolve, reject } = Promise.withResolvers<unknown>()
    worker.once('message', resolve).once('error', reject)
    expect(await promise).toEqual({ slot: 1, stats: { frames: 2000, free: 2000 - 513, freeHuge: 1 }, got: 1024 })
    expect(taken).toEqual([0, 512])
    expect(allocator.statsAt(1024, 9).free).toBe(0)
    expect(allocator.statsAt(512, 9).free).toBe(512)
    await worker.terminate()
  })

  it('says what it is when it is printed', async () => {
    using allocator = await open(700)
    expect(inspect(allocator)).toBe('model/sab { slot 0 of 2, 700 of 700 frames free, 1 huge }')
    allocator.close()
    expect(inspect(allocator)).toBe('model/sab { closed }')
  })
})
