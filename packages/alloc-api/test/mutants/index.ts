// Frame allocators with one mistake each: the model with one part replaced. The suite has to reject every one;
// `caughtBy` is a check that has to be among those which do.
import type { AttachOptions } from '../../src/backend.ts'
import { FrameAllocatorOfCore, type FrameAllocatorDescription } from '../../src/driver/instance.ts'
import type { FrameAllocatorCore } from '../../src/driver/core.ts'
import type { FrameAllocatorHandle, FrameAllocatorSupports, FullFrameAllocator } from '../../src/frame-allocator.ts'
import { Region } from '../../src/memory/region.ts'
import { makeModelBackend, modelBackend, type ModelBackend } from '../../src/model/backend.ts'
import { ModelCore } from '../../src/model/core.ts'
import { frameBytes, readHeader, type FrameBytes } from '../../src/model/layout.ts'
import * as cores from './cores.ts'

export interface Mutant {
  /** What is wrong with it. */
  mistake: string
  /** The name of a check that has to fail. */
  caughtBy: string
  backend: ModelBackend
}

/** The model with another core. */
const withCore = (Core: new (bytes: FrameBytes) => FrameAllocatorCore): ModelBackend =>
  makeModelBackend({ core: (bytes) => new Core(bytes) })

/** The model with another description of the instance. */
const described = (change: (about: FrameAllocatorDescription) => Partial<FrameAllocatorDescription>): ModelBackend =>
  makeModelBackend({ instance: (core, about) => new FrameAllocatorOfCore(core, { ...about, ...change(about) }) })

const supports: FrameAllocatorSupports = { placement: true, classes: true, reclaim: true, recovery: false }

const closeKeepsSlot = described(() => ({ release: () => undefined }))

const attachResets: ModelBackend = {
  ...modelBackend,
  async attach(handle, slot, options) {
    const instance = await modelBackend.attach(handle, slot, options)
    const region = Region.from(handle.region)
    const { frames, slots } = readHeader(region)
    frameBytes(region, frames, slots).fill(0)
    return instance
  },
}

/** Takes part of the handle as right without a look at it. */
const attachAssuming = (assumed: Partial<FrameAllocatorHandle>): ModelBackend => ({
  ...modelBackend,
  attach: (handle: FrameAllocatorHandle | null, slot, options) =>
    modelBackend.attach({ ...handle, ...assumed } as FrameAllocatorHandle, slot, options),
})

const slotsUnchecked: ModelBackend = {
  ...modelBackend,
  attach: (handle: FrameAllocatorHandle, slot: number, options?: AttachOptions): Promise<FullFrameAllocator> =>
    modelBackend.attach(handle, slot, { ...options, takeOver: true }),
}

const openIgnores = (change: Partial<Parameters<ModelBackend['open']>[0]>): ModelBackend => ({
  ...modelBackend,
  open: (config) => modelBackend.open({ ...config, ...change }),
})

export const mutants: readonly Mutant[] = [
  {
    mistake: 'hands a block out twice',
    caughtBy: 'order 0: every block is handed out once, aligned, until none is left',
    backend: withCore(cores.DoubleHandOut),
  },
  {
    mistake: 'loses a frame now and then',
    caughtBy: 'order 0: taking and giving one block a thousand times loses nothing',
    backend: withCore(cores.LostFrame),
  },
  {
    mistake: 'aligns blocks to half their size',
    caughtBy: 'free frames that are neighbours but not aligned are not a block',
    backend: withCore(cores.WrongAlignment),
  },
  {
    mistake: 'hands out one frame beyond the end',
    caughtBy: 'of 511 frames every one is handed out, and none beyond the end',
    backend: withCore(cores.OneBeyondTheEnd),
  },
  {
    mistake: 'forgets the last frame',
    caughtBy: 'of 1 frames every one is handed out, and none beyond the end',
    backend: withCore(cores.LastFrameForgotten),
  },
  {
    mistake: 'accepts a double free silently',
    caughtBy: 'a block of order 3 cannot be given back twice',
    backend: withCore(cores.SilentDoubleFree),
  },
  {
    mistake: 'looks at the first frame only when a block is given back',
    caughtBy: 'a block of order 9 of which one frame is free cannot be given back',
    backend: withCore(cores.LazyDoubleFree),
  },
  {
    mistake: 'has statistics that drift',
    caughtBy: 'what was never handed out cannot be given back',
    backend: withCore(cores.DriftingStats),
  },
  {
    mistake: 'ends batches early',
    caughtBy: 'a batch of exactly all frames leaves none',
    backend: withCore(cores.ShortBatch),
  },
  {
    mistake: 'ignores the order of a batch',
    caughtBy: 'a batch of order 5 is filled as far as there is memory, and given back',
    backend: withCore(cores.BatchOfFrames),
  },
  {
    mistake: 'ignores the order of put',
    caughtBy: 'order 1: taking and giving one block a thousand times loses nothing',
    backend: withCore(cores.PutIgnoresOrder),
  },
  {
    mistake: 'gives back half of the largest blocks',
    caughtBy: 'order 10: taking and giving one block a thousand times loses nothing',
    backend: withCore(cores.HalfPut),
  },
  {
    mistake: 'goes on behind a bad element of a batch',
    caughtBy: 'putBatch stops at element 7 when it is unaligned',
    backend: withCore(cores.BatchGoesOn),
  },
  {
    mistake: 'takes a named block of which part is taken',
    caughtBy: 'getAt refuses a block of order 4 of which one frame is taken',
    backend: withCore(cores.GetAtTakesTaken),
  },
  {
    mistake: 'is wrong in statsAt',
    caughtBy: 'a huge frame counts as free only when all of it is free',
    backend: withCore(cores.WrongStatsAt),
  },
  {
    mistake: 'counts an incomplete huge frame',
    caughtBy: 'the incomplete huge frame at the end never counts as a huge one',
    backend: withCore(cores.RoundedHugeFrames),
  },
  {
    mistake: 'runs out of memory one frame too early',
    caughtBy: 'order 0: every block is handed out once, aligned, until none is left',
    backend: withCore(cores.EarlyEnd),
  },
  {
    mistake: 'never makes a huge frame of its parts again',
    caughtBy: 'all frames taken one by one and given back can be had as blocks of order 9',
    backend: withCore(cores.NeverMerges),
  },
  {
    mistake: 'refuses blocks in other pieces than they were taken in',
    caughtBy: 'blocks of mixed orders can be given back as the block that they make up',
    backend: withCore(cores.WantsTheSamePieces),
  },
  {
    mistake: 'frees allocated blocks in drain',
    caughtBy: 'drain keeps what is allocated',
    backend: withCore(cores.DrainFrees),
  },
  {
    mistake: 'counts too much in quickStats',
    caughtBy: 'quickStats counts the same frames, and no more huge ones',
    backend: withCore(cores.QuickStatsTooHigh),
  },
  {
    mistake: 'accepts any class',
    caughtBy: 'classes that do not exist are refused',
    backend: withCore(cores.AnyClass),
  },
  {
    mistake: 'keeps memory from a class',
    caughtBy: 'every class can have all the memory in blocks of order 0, after another had it',
    backend: withCore(cores.SelfishClass),
  },
  {
    mistake: 'has process-wide state',
    caughtBy: 'two allocators in one memory do not disturb each other',
    backend: withCore(cores.ProcessWide),
  },
  {
    mistake: 'keeps what it frees from other workers',
    caughtBy: 'another worker can have every free block of order 0 while the first keeps its own',
    backend: withCore(cores.PrivateFrames),
  },
  { mistake: 'keeps the slot after close', caughtBy: 'a slot is free again after close', backend: closeKeepsSlot },
  {
    mistake: 'forgets why it was chosen',
    caughtBy: 'info() says why the backend was chosen, as it was told',
    backend: described(() => ({ chosen: undefined })),
  },
  { mistake: 'resets on attach', caughtBy: 'attaching and closing change no frame', backend: attachResets },
  {
    mistake: 'lets two instances on one slot',
    caughtBy: 'two instances on one slot: the second is refused',
    backend: slotsUnchecked,
  },
  {
    mistake: 'accepts the handle of another component',
    caughtBy: 'attach refuses the handle of another component',
    backend: attachAssuming({ component: 'model' }),
  },
  {
    mistake: 'accepts another layout version',
    caughtBy: 'attach refuses a handle of another layout version',
    backend: attachAssuming({ layoutVersion: 1 }),
  },
  {
    mistake: "ignores initial 'allocated'",
    caughtBy: '513 frames that start as allocated can be given back, and not be had before',
    backend: openIgnores({ initial: 'free' }),
  },
  {
    mistake: 'ignores the name of the Region',
    caughtBy: 'the Region is found by its name, and a name is taken once',
    backend: openIgnores({ name: 'model' }),
  },
  {
    mistake: 'says that it has placement and has not',
    caughtBy: 'getAt takes exactly the named block of order 0, once',
    backend: makeModelBackend({ core: (bytes) => without(new ModelCore(bytes), 'getAt') }),
  },
  {
    mistake: 'says that it has no placement and has',
    caughtBy: 'without placement getAt is refused',
    backend: makeModelBackend({ supports: { ...supports, placement: false } }),
  },
  {
    mistake: 'says that it has no reclaim and has',
    caughtBy: 'without reclaim drain and quickStats are refused',
    backend: makeModelBackend({ supports: { ...supports, reclaim: false } }),
  },
  {
    mistake: 'says that it has no classes and has',
    caughtBy: 'without classes an operation that names one is refused',
    backend: makeModelBackend({ supports: { ...supports, classes: false } }),
  },
  {
    mistake: 'says that it can recover and cannot',
    caughtBy: "initial 'recover' finds the frames as a worker that vanished left them",
    backend: makeModelBackend({ supports: { ...supports, recovery: true } }),
  },
]

/** A core that lacks one method. */
function without(core: Required<FrameAllocatorCore>, missing: 'getAt' | 'drain' | 'quickStats'): FrameAllocatorCore {
  return new Proxy(core, {
    get: (target, name) => {
      if (name === missing) return undefined
      const value: unknown = Reflect.get(target, name)
      return typeof value === 'function' ? (value as () => unknown).bind(target) : value
    },
  })
}
