// Page areas with one mistake each: the model with one part replaced. The suite has to reject every one; `caughtBy`
// is a check that has to be among those which do.
import type { FrameAllocator } from '../../src/frame-allocator.ts'
import type { PageAreaAttachOptions, PageAreaBackend, PageAreaHandle } from '../../src/page-area.ts'
import { Region } from '../../src/memory/region.ts'
import type { ModelPageArea } from '../../src/model/page-area-instance.ts'
import type { ModelPageInterface } from '../../src/model/page-area-interface.ts'
import { ABSENT, readPageArea } from '../../src/model/page-area-layout.ts'
import type { PageAreaModelParts } from '../../src/model/page-area.ts'
import * as areas from './areas.ts'
import * as interfaces from './interfaces.ts'

export interface Mutant {
  /** What is wrong with it. */
  mistake: string
  /** The name of a check that has to fail. */
  caughtBy: string
  parts?: Partial<PageAreaModelParts>
  change?: (backend: PageAreaBackend) => PageAreaBackend
}

type InterfaceClass = new (parts: ConstructorParameters<typeof ModelPageInterface>[0]) => ModelPageInterface
type AreaClass = new (parts: ConstructorParameters<typeof ModelPageArea>[0]) => ModelPageArea

const withInterface = (mistake: string, Interface: InterfaceClass, caughtBy: string): Mutant => ({
  mistake,
  caughtBy,
  parts: { io: (parts) => new Interface(parts) },
})

const withArea = (mistake: string, Area: AreaClass, caughtBy: string): Mutant => ({
  mistake,
  caughtBy,
  parts: { instance: (parts) => new Area(parts) },
})

/** Takes all frames from the pages when it attaches. */
const resetting = (when: (takeOver: boolean) => boolean) => (backend: PageAreaBackend): PageAreaBackend => ({
  ...backend,
  async attach(handle, slot, options) {
    const table = readPageArea(Region.from(handle.region))
    if (when(options.takeOver === true)) {
      for (let page = 0; page < table.shape.pages; page++) {
        if (table.state(page) !== ABSENT) options.frames.put(table.frame(page), 0)
        table.setState(page, ABSENT, slot)
      }
    }
    return await backend.attach(handle, slot, options)
  },
})

/** Takes part of the handle as right without a look at it. */
const assuming = (assumed: Partial<PageAreaHandle>) => (backend: PageAreaBackend): PageAreaBackend => ({
  ...backend,
  attach: (handle: PageAreaHandle | null, slot, options) =>
    backend.attach({ ...handle, ...assumed } as PageAreaHandle, slot, options),
})

const changed = (mistake: string, change: Mutant['change'] & object, caughtBy: string): Mutant => ({
  mistake,
  caughtBy,
  change,
})

const runs: Mutant[] = [
  withInterface(
    'lets a page that has a frame be allocated again',
    interfaces.AllocOfResident,
    'a page that has a frame cannot get another, and keeps its bytes',
  ),
  withInterface(
    'gives a page that has a frame another one',
    interfaces.AnotherFrame,
    'a page that has a frame cannot get another, and keeps its bytes',
  ),
  withInterface(
    'frees twice and says nothing',
    interfaces.FreeTwice,
    'a page cannot be freed twice, nor one that never had a frame',
  ),
  withInterface('writes what is not resident', interfaces.WriteOfAbsent, 'write: only what is resident is written'),
  withInterface(
    'stops a batch at its first bad run',
    interfaces.StopsAtBadRun,
    'a bad run at place 3 of a batch stops nobody else: alloc',
  ),
  withInterface(
    'does the last run first',
    interfaces.LastRunFirst,
    'runs that overlap are done in their order: free',
  ),
  withInterface(
    'counts the page at which a run stopped as done',
    interfaces.CountsTheObstacle,
    'a run stops at the page that is in its way, and says how far it came',
  ),
  withInterface(
    "leaves the former batch's status where a run went well",
    interfaces.StatusStays,
    'a batch writes results into its own commands only, and each anew',
  ),
  withInterface(
    'does not say that runs are pending',
    interfaces.NotPending,
    'the runs of a batch in flight are pending until they are done',
  ),
  withInterface(
    'computes the end of a run in 32 bits',
    interfaces.EndIn32Bits,
    'a run that is so long that its end is beyond 32 bits is not begun',
  ),
  withInterface(
    "does runs beyond the area's end as far as there are pages",
    interfaces.AsFarAsTheEnd,
    'a run that is cut by the end is not begun',
  ),
  withInterface(
    'takes page numbers modulo 2^32',
    interfaces.WrapsPages,
    'a run that is at 2^32 + 5, which is 5 in 32 bits is not begun',
  ),
  withInterface(
    'makes a batch shorter when it has too many runs',
    interfaces.AsManyAsFit,
    'a batch has as many runs as the interface has commands, and no more',
  ),
]

const frames: Mutant[] = [
  withInterface(
    'loses the frames of a run at which the pool is exhausted',
    interfaces.LosesAtExhaustion,
    'the pool is exhausted in the middle of a batch: what was done stays, the rest says so',
  ),
  withInterface(
    'says that there is no memory for a page that has a frame',
    interfaces.OutOfMemoryFirst,
    'the pool is exhausted in the middle of a batch: what was done stays, the rest says so',
  ),
  withInterface(
    'loses a frame that is freed now and then',
    interfaces.LosesFreedFrames,
    'a thousand batches lose no frame',
  ),
  withInterface(
    'loses a frame when a read fails in the middle of a run',
    interfaces.LosesFramesOfErrors,
    'read: reads that fail in the middle of a run cost no frame',
  ),
  withInterface(
    'ignores the wish for zeros',
    interfaces.ZeroIgnored,
    'frames that others have used are full of zeros when that is asked for',
  ),
  withArea(
    'loses a frame with every trim',
    areas.TrimLosesFrames,
    'trim gives the frames that lie ready back to the allocator',
  ),
  withArea('has statistics that never go down', areas.MostEverResident, 'pages get frames of their own, and lose them'),
]

const bytes: Mutant[] = [
  withInterface(
    'reads zeros behind the end of the file',
    interfaces.EndOfFileIsZeros,
    'readSync: an empty file has no page',
  ),
  withInterface(
    'leaves the rest of the last page as it was',
    interfaces.TailAsItWas,
    'read: a file that ends 100 bytes behind page 10 has zeros from there on',
  ),
  withInterface(
    'does not read a page that the end of the file cuts',
    interfaces.TailIsEndOfFile,
    'read: a file that ends 4095 bytes behind page 10 has zeros from there on',
  ),
  withInterface(
    'reads into pages that have a frame',
    interfaces.ReadsResident,
    'readSync: a page that has a frame keeps the bytes that it has',
  ),
  withInterface(
    'writes a page to the place of its neighbour',
    interfaces.WritesNextDoor,
    'write: pages go to their places in the file, and no others',
  ),
  withInterface(
    'writes nothing',
    interfaces.WritesNothing,
    'writeSync: pages go to their places in the file, and no others',
  ),
  {
    mistake: 'writes a file that is to be read only',
    caughtBy: 'read: a file that is only read is read',
    change: (backend) => ({
      ...backend,
      open: (config) => backend.open(config.file ? { ...config, file: { path: config.file.path } } : config),
    }),
  },
]

const places: Mutant[] = [
  withArea(
    'says that a page which is written is not resident',
    areas.ResidentUnlessWritten,
    'a page that is being written is resident, and has its bytes',
  ),
  withArea(
    'says that a page which is read is resident',
    areas.ResidentWhenReading,
    'a page is resident only when its bytes are there',
  ),
  withArea('says that what is no page is resident', areas.AnyPageIsResident, 'what is no page is not resident'),
  withArea(
    'shows the old bytes of a page that was freed',
    areas.OldAddress,
    'a page that is not resident is zeros, before and after',
  ),
  {
    mistake: 'shows the old bytes of a page that was freed, at an address of its own',
    caughtBy: 'supports.mapped is true exactly if pages have addresses of their own',
    parts: { mapped: true, io: (parts) => new interfaces.KeepsBytes(parts) },
  },
  withArea(
    'has a mask of two windows',
    areas.MaskOfTwoWindows,
    'window and words show the same bytes of every page',
  ),
  withArea(
    'has words of another window',
    areas.WordsOfFirstWindow,
    'window and words show the same bytes of every page',
  ),
  {
    mistake: 'says that pages are mapped, and moves them',
    caughtBy: 'supports.mapped is true exactly if pages have addresses of their own',
    parts: { supports: { mapped: true, processes: false } },
  },
  {
    mistake: 'says that pages are not mapped, and they are',
    caughtBy: 'supports.mapped is true exactly if pages have addresses of their own',
    parts: { mapped: true, supports: { mapped: false, processes: false } },
  },
  {
    mistake: 'says that other processes can attach, and they cannot',
    caughtBy: 'supports.processes is true only where another process can get at the bytes',
    parts: { supports: { mapped: false, processes: true } },
  },
]

const flights: Mutant[] = [
  withInterface(
    'makes pages resident before their bytes are there',
    interfaces.ResidentTooEarly,
    'a page is resident only when its bytes are there',
  ),
  withInterface(
    'begins a batch while another is in flight',
    interfaces.NeverBusy,
    'while a batch is in flight its interface refuses others, and does it undisturbed',
  ),
  withInterface(
    'takes pages that another batch is reading',
    interfaces.BusyIgnored,
    'a page that another batch works on is left alone',
  ),
  withInterface(
    'never answers a batch that was in flight when it was closed',
    interfaces.HangsWhenClosed,
    'close ends a read in flight: it settles, every run says what became of it, and the slot is free',
  ),
  withInterface(
    'rejects a batch that was in flight when it was closed',
    interfaces.RejectsWhenClosed,
    'close ends a write in flight: it settles, every run says what became of it, and the slot is free',
  ),
  withInterface(
    'leaves runs pending when it is closed',
    interfaces.CancelsNothing,
    'close ends a read in flight: it settles, every run says what became of it, and the slot is free',
  ),
  withInterface(
    'does all of a batch that is aborted',
    interfaces.AbortsNothing,
    'a write that is aborted settles, every run says what became of it, and the interface goes on',
  ),
  withInterface(
    'rejects a batch that is aborted',
    interfaces.RejectsWhenAborted,
    'a read that is aborted settles, every run says what became of it, and the interface goes on',
  ),
  withInterface(
    'aborts batches that come after the one that was to be',
    interfaces.AbortsTheNext,
    'a write that is aborted settles, every run says what became of it, and the interface goes on',
  ),
  withArea('goes on after close', areas.ClosesNothing, 'a closed area refuses everything, and changes nothing'),
]

const workers: Mutant[] = [
  withInterface('has one interface for all slots', interfaces.SharedCommands, 'each worker has commands of its own'),
  withArea('keeps the slot after close', areas.ClosesNothing, 'a slot is free again after close'),
  changed('resets on attach', resetting(() => true), 'attaching and closing change no page'),
  changed(
    "takes its pages' frames from a worker that is gone",
    resetting((takeOver) => takeOver),
    'takeOver gets a slot whose holder is gone: pages stay, and no frame is lost',
  ),
  changed(
    'lets two instances on one slot',
    (backend) => ({
      ...backend,
      attach: (handle, slot, options) => backend.attach(handle, slot, { ...options, takeOver: true }),
    }),
    'two instances on one slot: the second is refused',
  ),
  changed(
    'accepts the handle of another component',
    assuming({ component: 'page-model' }),
    'attach refuses the handle of another component',
  ),
  changed(
    'accepts another layout version',
    assuming({ layoutVersion: 1 }),
    'attach refuses a handle of another layout version',
  ),
  changed(
    'takes any allocator for its own',
    (backend) => ({
      ...backend,
      attach: (handle, slot, options: Partial<PageAreaAttachOptions> | undefined) => {
        const given = options?.frames as Partial<FrameAllocator> | null | undefined
        const isOne = typeof given?.put === 'function'
        const frames = isOne ? (Object.create(given, { frames: { value: 120 } }) as FrameAllocator) : given
        return backend.attach(handle, slot, { ...options, frames } as PageAreaAttachOptions)
      },
    }),
    'attach refuses an allocator that is none, or another one',
  ),
  changed(
    'loses a frame when it refuses to open',
    (backend) => ({
      ...backend,
      open: async (config) =>
        await backend.open(config).catch((error: unknown) => {
          config.frames.tryGet(0)
          throw error
        }),
    }),
    'open refuses a file that does not exist, and leaves nothing behind',
  ),
  changed(
    'ignores the name of the Region',
    (backend) => ({ ...backend, open: (config) => backend.open({ ...config, name: 'page-model' }) }),
    'two areas on one pool have the same page numbers for different pages',
  ),
]

export const mutants: readonly Mutant[] = [...runs, ...frames, ...bytes, ...places, ...flights, ...workers]
