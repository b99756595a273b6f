// Processes share an allocator through a native memory: nothing in it depends on one address space, and nobody's frames
// are lost or doubled when several take and give at once.
import {
  churn,
  giveRest,
  judge,
  Shadow,
  usualMix,
  type ChurnJob,
  type ChurnResult,
} from '@parperos/alloc-api/conformance'
import { native as nativeMemory } from '@parperos/alloc-api/native'
import { canTest } from '@parperos/presets/backends'
import { spawn } from 'node:child_process'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { LLFree } from '../src/index.ts'
import { backends } from './support/backends.ts'
import { kinds } from './support/kinds.ts'
import type { ChildJob } from './support/child-process.ts'

const script = fileURLToPath(new URL('support/child-process.ts', import.meta.url))
const seed = 54
/** Enough that all of them are at it at the same time although they start some milliseconds apart. */
const OPERATIONS = 400_000

async function runChild(fd: number, job: ChildJob): Promise<ChurnResult> {
  const stdio = ['ignore', 'pipe', 'inherit', fd] as const
  const child = spawn(process.execPath, [script, JSON.stringify(job)], { stdio: [...stdio] })
  if (!child.stdout) throw new Error('the child has no output')
  return JSON.parse(await text(child.stdout)) as ChurnResult
}

/** Every kind of code is once in the parent and twice in a child. */
it.skipIf(!canTest(nativeMemory) || !canTest(backends.native)).each(kinds)(
  'other processes churn on the allocator of one that churns through %s itself',
  async (kind) => {
    const frames = 12_345
    const memory = await nativeMemory.create({ bytes: 4 << 20 })
    const shadow = Shadow.create(frames, memory.region(Shadow.bytes(frames), 'shadow').words())
    using allocator = await LLFree.open({ backend: backends[kind], memory, frames, slots: 3, name: 'shared' })
    const others = kinds.filter((other) => other !== kind)
    const jobOf = (slot: number): ChurnJob => {
      return { seed: seed + slot, operations: OPERATIONS, mix: usualMix, holdFrames: frames / 4, freeAll: true }
    }
    const children = others.map((other, i) =>
      runChild(memory.fd, { kind: other, slot: i + 1, name: 'shared', workers: kinds.length, churn: jobOf(i + 1) }),
    )
    // This blocks the thread until the children have started, and while they run.
    shadow.meet(kinds.length)
    const results = [churn(allocator, shadow, jobOf(0)), ...(await Promise.all(children))]
    for (const { operations, gets } of results) {
      expect([operations >= OPERATIONS, gets > OPERATIONS / 4]).toEqual([true, true])
    }
    giveRest(allocator, shadow)
    judge(allocator, shadow)
    expect(allocator.stats()).toEqual({ frames, free: frames, freeHuge: Math.floor(frames / 512) })
    memory.close()
  },
)
