// What is put to the test, and how a check gets at it: every check works in a fresh memory of its own, with an oracle
// beside the allocator, and ends with everything being compared once more.
import type { AttachOptions } from '../backend.ts'
import type {
  FrameAllocatorBackend,
  FrameAllocatorConfig,
  FrameAllocatorHandle,
  FullFrameAllocator,
} from '../frame-allocator.ts'
import type { Memory } from '../memory/memory.ts'
import { FrameOracle } from '../model/oracle.ts'
import { Witness } from './witness.ts'

/** One sentence of the contract, and how to find out whether it holds. */
export interface Check {
  name: string
  run: () => Promise<void>
}

/** An implementation that is put to the test. */
export interface FrameAllocatorSubject<Config extends FrameAllocatorConfig = FrameAllocatorConfig> {
  name: string
  backend: FrameAllocatorBackend<Config>
  /** Makes a memory in which the backend can work. */
  memory: (bytes: number) => Promise<Memory>
  /** Options that every `open` gets besides those that the check is about. */
  config?: Partial<Config>
}

/** A config as a check writes it: the memory comes from the subject. */
export type CheckConfig = Omit<FrameAllocatorConfig, 'memory'>

/** Enough for the metadata and the stacks of everything that one check opens. */
const MEMORY_BYTES = 4 << 20

/** A subject as the checks see it. */
export class Rig {
  readonly #subject: FrameAllocatorSubject

  constructor(subject: FrameAllocatorSubject) {
    this.#subject = subject
  }

  get backend(): FrameAllocatorBackend {
    return this.#subject.backend
  }

  /**
   * Every method of the contract, whatever the backend supports: a check for an unsupported one needs to call it. Slot
   * 0 of a new structure.
   */
  async open(memory: Memory, config: CheckConfig): Promise<FullFrameAllocator> {
    return (await this.backend.open({ ...this.#subject.config, ...config, memory })) as FullFrameAllocator
  }

  async attach(handle: FrameAllocatorHandle, slot: number, options?: AttachOptions): Promise<FullFrameAllocator> {
    return (await this.backend.attach(handle, slot, options)) as FullFrameAllocator
  }

  /** Runs `body` with a fresh memory. */
  async inMemory(body: (memory: Memory) => Promise<void>, bytes = MEMORY_BYTES): Promise<void> {
    const memory = await this.#subject.memory(bytes)
    try {
      await body(memory)
    } finally {
      memory.close()
    }
  }

  /** Runs `body` with a fresh allocator and its oracle; afterwards the two must still agree about every frame. */
  async withAllocator(
    config: CheckConfig,
    body: (witness: Witness, memory: Memory) => void | Promise<void>,
  ): Promise<void> {
    await this.inMemory(async (memory) => {
      const allocator = await this.open(memory, config)
      const initial = config.initial === 'allocated' ? 'allocated' : 'free'
      const witness = new Witness(allocator, new FrameOracle(config.frames, initial))
      await body(witness, memory)
      witness.agree()
      allocator.close()
    })
  }

  /** A check that needs one allocator, all of whose frames are free unless `config` says otherwise. */
  check(name: string, config: CheckConfig, body: (witness: Witness, memory: Memory) => void | Promise<void>): Check {
    return { name, run: () => this.withAllocator(config, body) }
  }
}

/** The checks of one area of the contract. */
export type Area = (rig: Rig) => Check[]

/** All orders of the contract: 0 … 10. */
export const orders: readonly number[] = Array.from({ length: 11 }, (_, order) => order)
