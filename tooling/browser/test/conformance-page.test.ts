// The page that frame allocators share, with stand-ins for the suite and the workers: what is checked in which order,
// and that a failure is one.
import { expect, test } from 'vitest'
import { conformancePage } from '../src/conformance.ts'

interface Opened extends Disposable {
  slots: number
}

interface Run {
  backend: string
  slot: number
}

/** What a page with two backends notes; `work` stands for what the workers do. */
async function outcomes(work: (allocator: Opened, workers: Run[]) => Promise<void>) {
  const lines: string[] = []
  let workers = 0
  const backend = { open: async ({ slots }: { slots: number }) => ({ slots, [Symbol.dispose]: () => lines.push('closed') }) }
  const run = conformancePage({
    conformance: {
      frameAllocatorSuite: ({ name }) => [{ name: `check of ${name}`, run: () => Promise.resolve() }],
      runConcurrently: (options: { allocator: Opened; workers: Run[] }) => work(options.allocator, options.workers),
      portOf: (worker) => worker,
    },
    backends: { sab: backend, wasm: backend },
    memory: (bytes) => Promise.resolve({ bytes }),
    worker: () => {
      workers++
      return { terminate: () => workers-- } as unknown as Worker
    },
  })
  await run({
    async check(name, body) {
      const error = await Promise.resolve(body()).catch((reason: unknown) => String(reason))
      lines.push(error === undefined ? name : `${name}: ${error}`)
    },
  })
  return { lines, workers }
}

test('the suite runs on each backend, then each pair works in as many slots as it needs', async () => {
  const teams: string[] = []
  const { lines, workers } = await outcomes(async ({ slots }, team) => {
    teams.push(`${slots} slots: ${team.map(({ backend, slot }) => `${backend} on ${slot}`).join(', ')}`)
  })
  expect(lines).toEqual([
    'sab: check of sab',
    'wasm: check of wasm',
    'closed',
    'web workers on one allocator: sab and sab',
    'closed',
    'web workers on one allocator: sab and wasm',
    'closed',
    'web workers on one allocator: wasm and wasm',
  ])
  expect(teams).toEqual([
    '3 slots: sab on 1, sab on 2',
    '3 slots: sab on 1, wasm on 2',
    '3 slots: wasm on 1, wasm on 2',
  ])
  expect(workers).toBe(0)
})

test('what a team throws fails its check, and its workers are ended', async () => {
  const { lines, workers } = await outcomes(() => Promise.reject(new Error('a frame in two hands')))
  expect(lines.filter((line) => line.includes('a frame in two hands'))).toHaveLength(3)
  expect(workers).toBe(0)
})
