// The page that every frame allocator shares: each check of the conformance suite on each backend, then pairs of web
// workers on one allocator. The suite belongs to alloc-api, whose own tests need this package; so it is handed in, and
// only the form of what is used stands here.
import type { Report } from './page.ts'

/** What `@parperos/alloc-api/conformance` has, as far as a page needs it. */
export interface Conformance<Memory, Backend, Allocator, Port> {
  frameAllocatorSuite(subject: {
    name: string
    backend: Backend
    memory: (bytes: number) => Promise<Memory>
  }): { name: string; run: () => Promise<void> }[]
  runConcurrently(options: {
    allocator: Allocator
    workers: { port: Port; backend: string; slot: number }[]
    operations: number
    seed: number
  }): Promise<unknown>
  portOf(end: Worker): Port
}

export interface ConformancePage<Memory, Backend, Allocator, Port> {
  /** The module `@parperos/alloc-api/conformance`. */
  conformance: Conformance<Memory, Backend, Allocator, Port>
  /** Makes a memory in which every backend can work. */
  memory: (bytes: number) => Promise<Memory>
  /** The backends, by the names that the workers know them by. */
  backends: Record<string, Backend>
  /** Starts a web worker that calls `serveConformanceJobs`; its script stands beside the page. */
  worker: () => Worker
  /** Which backends work together, each in a worker of its own. Default: every pair, each with itself too. */
  teams?: string[][]
  /** How often the workers of a team take or give, together. Default 200,000. */
  operations?: number
}

interface Opens<Memory, Allocator> {
  open(config: { memory: Memory; frames: number; slots: number }): Promise<Allocator>
}

/** The `run` of such a page. */
export function conformancePage<
  Memory,
  Allocator extends Disposable,
  Port,
  Backend extends Opens<Memory, Allocator>,
>(page: ConformancePage<Memory, Backend, Allocator, Port>): (report: Report) => Promise<void> {
  const { conformance, memory, backends, worker, operations = 200_000 } = page
  const names = Object.keys(backends)
  const teams = page.teams ?? names.flatMap((one, at) => names.slice(at).map((other) => [one, other]))

  async function work(team: string[]): Promise<void> {
    using allocator = await backends[team[0]].open({ memory: await memory(8 << 20), frames: 20_000, slots: team.length + 1 })
    const workers = team.map(worker)
    try {
      const members = workers.map((one, at) => ({ port: conformance.portOf(one), backend: team[at], slot: at + 1 }))
      await conformance.runConcurrently({ allocator, workers: members, operations, seed: 1 })
    } finally {
      for (const one of workers) one.terminate()
    }
  }

  return async (report) => {
    for (const [name, backend] of Object.entries(backends)) {
      for (const check of conformance.frameAllocatorSuite({ name, backend, memory })) {
        await report.check(`${name}: ${check.name}`, check.run)
      }
    }
    for (const team of teams) {
      await report.check(`web workers on one allocator: ${team.join(' and ')}`, () => work(team))
    }
  }
}
