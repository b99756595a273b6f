// What is put to the test, and how a check gets at it: every check works in a fresh memory of its own, with an
// allocator, a pool, an area, often a file, and an oracle beside them; it ends with every byte being compared once
// more.
import type { AttachOptions } from '../../backend.ts'
import {
  FRAME_BYTES,
  type FrameAllocator,
  type FrameAllocatorBackend,
} from '../../frame-allocator.ts'
import type { Memory } from '../../memory/memory.ts'
import type { Region } from '../../memory/region.ts'
import { modelBackend } from '../../model/backend.ts'
import type { PageArea, PageAreaBackend, PageAreaConfig, PageAreaHandle } from '../../page-area.ts'
import type { Check } from '../subject.ts'
import { patternedBytes } from './bytes.ts'
import { systemFiles, type MakePageTestFile, type PageTestFile } from './files.ts'
import { PageOracle } from './oracle.ts'
import { PagePool } from './pool.ts'
import { PageWitness } from './witness.ts'

/** An implementation that is put to the test. */
export interface PageAreaSubject<Config extends PageAreaConfig = PageAreaConfig> {
  name: string
  backend: PageAreaBackend<Config>
  /** Makes a memory in which backend and allocator can work. */
  memory: (bytes: number) => Promise<Memory>
  /** Makes the files. Default: {@link systemFiles}. */
  file?: MakePageTestFile
  /** Whose frames the areas use. Default: the model. */
  frames?: FrameAllocatorBackend
  /** Options that every `open` gets besides those that the check is about. */
  config?: Partial<Config>
}

/** What a check works with. */
export interface PageConfig {
  pages: number
  /** Frames of the pool. */
  poolFrames: number
  slots?: number
  commands?: number
  /** Bytes of the file behind the area. Default: there is none. */
  fileBytes?: number
  readOnly?: boolean
  name?: string
}

/** Where areas can be opened. */
export interface World {
  memory: Memory
  pool: Region
  /** Slot 0 of the allocator. */
  frames: FrameAllocator
  file: PageTestFile | null
}

/** The checks of one part of the contract. */
export type PagePart = (rig: PageRig) => Check[]

/** Enough for an area's metadata, whatever it keeps about pages, slots and commands, and for an allocator's. */
const metadataBytes = ({ pages, poolFrames, slots = 1, commands = 1024 }: PageConfig): number =>
  pages * 16 + poolFrames * 2 + slots * (commands * 16 + (128 << 10)) + (1 << 20)

/** A subject as the checks see it. */
export class PageRig {
  readonly #subject: PageAreaSubject

  constructor(subject: PageAreaSubject) {
    this.#subject = subject
  }

  get backend(): PageAreaBackend {
    return this.#subject.backend
  }

  /** A new area in a world, as slot 0. */
  async open({ memory, pool, frames }: World, config: Partial<PageAreaConfig> & { pages: number }): Promise<PageArea> {
    return await this.backend.open({ ...this.#subject.config, memory, pool, frames, ...config })
  }

  /** An instance on another slot, with an allocator of the same slot. */
  async join(world: World, handle: PageAreaHandle, slot: number, options: AttachOptions = {}): Promise<PageArea> {
    const frames = await this.framesAt(world, slot)
    return await this.backend.attach(handle, slot, { ...options, frames })
  }

  /** This worker's allocator on a slot. Whoever had the slot before does not use it any more. */
  async framesAt({ frames: { handle } }: World, slot: number): Promise<FrameAllocator> {
    return await (this.#subject.frames ?? modelBackend).attach(handle, slot, { takeOver: true })
  }

  /** An allocator that has nothing to do with the pool. */
  async otherFrames({ memory }: World, frames: number): Promise<FrameAllocator> {
    return await (this.#subject.frames ?? modelBackend).open({ memory, frames, slots: 4, name: 'other-frames' })
  }

  /** Runs `body` with a fresh memory, pool, allocator and file. `areas`: how many areas there is to be room for. */
  async inWorld(config: PageConfig, body: (world: World) => Promise<void>, areas = 1): Promise<void> {
    const { poolFrames, slots = 1, fileBytes } = config
    const bytes = poolFrames * FRAME_BYTES + areas * metadataBytes(config)
    const memory = await this.#subject.memory(bytes)
    const { file: makeFile = systemFiles, frames: backend = modelBackend } = this.#subject
    const file = fileBytes === undefined ? null : await makeFile(patternedBytes(fileBytes))
    try {
      const pool = memory.region(poolFrames * FRAME_BYTES, 'pool')
      const frames = await backend.open({ memory, frames: poolFrames, slots, name: 'frames' })
      await body({ memory, pool, frames, file })
    } finally {
      // Whoever failed may still have it open; not everywhere can it be removed then.
      await file?.remove().catch(() => undefined)
      memory.close()
    }
  }

  /** An area of a config, and its oracle. */
  async witness(world: World, pool: PagePool, config: PageConfig): Promise<PageWitness> {
    const { poolFrames: _, fileBytes = 0, readOnly = false, ...options } = config
    const path = world.file?.path
    const file = path === undefined ? {} : { file: readOnly ? { path, readOnly } : { path } }
    const area = await this.open(world, { ...options, ...file })
    const content = path === undefined ? null : patternedBytes(fileBytes)
    const oracle = new PageOracle(config.pages, content, readOnly, () => pool.left)
    pool.add(area, oracle)
    return new PageWitness(area, oracle, pool)
  }

  /** A check that needs one area, none of whose pages is resident; afterwards every byte has to be right. */
  check(name: string, config: PageConfig, body: (witness: PageWitness, world: World) => void | Promise<void>): Check {
    const run = (): Promise<void> =>
      this.inWorld(config, async (world) => {
        const witness = await this.witness(world, new PagePool(world.frames), config)
        await body(witness, world)
        witness.agree()
        if (world.file) witness.agreeAboutFile(await world.file.read())
        witness.area.close()
        world.frames.close()
      })
    return { name, run }
  }

  /** A check that makes its areas itself. */
  inWorldCheck(name: string, config: PageConfig, body: (world: World) => Promise<void>, areas = 1): Check {
    return { name, run: () => this.inWorld(config, body, areas) }
  }
}
