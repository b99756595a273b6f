// Processes share an allocator through a native memory: the lock holds between them, and so does everything else.
import { native as nativeMemory } from '@parperos/alloc-api/native'
import { canTest } from '@parperos/presets/backends'
import { spawn } from 'node:child_process'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { Buddy } from '../src/index.ts'
import { sab } from '../src/sab.ts'
import { kinds } from './support/kinds.ts'

const script = fileURLToPath(new URL('support/child-process.ts', import.meta.url))

/** What a child process that inherits the memory prints. */
async function runChild(fd: number, ...args: (string | number)[]): Promise<string> {
  const child = spawn(process.execPath, [script, ...args.map(String)], { stdio: ['ignore', 'pipe', 'inherit', fd] })
  if (!child.stdout) throw new Error('the child has no output')
  return await text(child.stdout)
}

it.skipIf(!canTest(nativeMemory))('three processes with three kinds of code take and give at once', async () => {
  const memory = await nativeMemory.create({ bytes: 1 << 20 })
  using allocator = await Buddy.open({ backend: sab, memory, frames: 3001, slots: 4 })
  const count = 40_000
  const seen = await Promise.all(kinds.map((kind, i) => runChild(memory.fd, kind, i + 1, count)))
  expect(seen).toEqual(kinds.map(() => `${(count / 4) * 15}\n`))
  allocator.validate()
  expect(allocator.stats()).toEqual({ frames: 3001, free: 3001, freeHuge: 5 })
})
