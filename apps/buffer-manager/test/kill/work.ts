// What the workers of a process do that is going to be killed.
import { Random } from '@parperos/alloc-api/conformance'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Store } from '../../src/index.ts'
import { Lane } from '../durability/lane.ts'
import { perform } from '../durability/perform.ts'

/** All lanes at the same time, each one commit after the other, without end. */
export async function work(
  store: Store,
  seed: number,
  lanes: readonly { name: string; count: number }[],
  tell: (line: string) => void,
): Promise<void> {
  await Promise.all(
    lanes.map(async ({ name, count }) => {
      const lane = new Lane(name, seed)
      while (lane.count < count) lane.apply(lane.next())
      for (;;) {
        const commit = lane.next()
        tell(`begun ${name} ${commit.number}`)
        await perform(store, commit)
        tell(`acknowledged ${name} ${commit.number}`)
        lane.apply(commit)
        // What is done synchronously has to let the others have a turn.
        if (commit.isSync) await new Promise(setImmediate)
      }
    }),
  )
}

/** Checkpoints, snapshots, reading and flushing, without end. */
export async function disturb(store: Store, seed: number): Promise<void> {
  const random = new Random(seed)
  for (;;) {
    await sleep(random.below(30))
    const what = random.below(4)
    if (what === 0) await store.checkpoint()
    if (what === 1) await store.flush()
    if (what > 1) {
      using snapshot = store.snapshot()
      const before = await countOf(snapshot.in(store).keys())
      await sleep(random.below(20))
      const after = await countOf(snapshot.in(store).keys())
      if (before !== after) throw new Error(`a snapshot had ${before} entries, and then ${after}`)
    }
  }
}

async function countOf(keys: AsyncIterable<string>): Promise<number> {
  let count = 0
  for await (const _ of keys) count++
  return count
}
