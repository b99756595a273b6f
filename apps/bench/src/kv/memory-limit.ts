// A limit of memory, page cache included, for this process: a control group of its own (cgroup v2), where this process
// may make one. Where it may not, a sentence says why.
import { existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

export interface MemoryLimit extends Disposable {
  /** From now on what this process takes, or has read for it, stays below so many bytes; what it has does not count. */
  enter(bytes: number): void
}

export interface MemoryLimitPlaces {
  /** Where control groups are. */
  root: string
  /** The file that says in which one this process is. */
  self: string
}

const PLACES: MemoryLimitPlaces = { root: '/sys/fs/cgroup', self: '/proc/self/cgroup' }

export function memoryLimit({ root, self }: MemoryLimitPlaces = PLACES): MemoryLimit | { refused: string } {
  const path = groupOf(self)
  if (path === null) return { refused: 'this process is in no control group of version 2' }
  const group = join(root, path)
  const controllers = join(group, 'cgroup.controllers')
  if (!existsSync(controllers) || !readFileSync(controllers, 'utf8').split(/\s+/).includes('memory')) {
    return { refused: 'its control group of version 2 has no memory controller' }
  }
  const child = join(group, `parperos-bench-${process.pid}`)
  try {
    mkdirSync(child)
  } catch (error) {
    return { refused: `no control group can be made: ${codeOf(error)}` }
  }
  try {
    writeFileSync(join(group, 'cgroup.subtree_control'), '+memory')
    if (existsSync(join(child, 'memory.max'))) return limitBy(group, child)
  } catch (error) {
    removeGroup(child)
    return { refused: `its control group cannot limit others: ${codeOf(error)}` }
  }
  removeGroup(child)
  return { refused: 'a control group of its own cannot limit memory' }
}

/** By moving this process into `child`, a group below its own. */
export function limitBy(group: string, child: string): MemoryLimit {
  const move = (to: string): void => writeFileSync(join(to, 'cgroup.procs'), String(process.pid))
  return {
    enter(bytes) {
      writeFileSync(join(child, 'memory.max'), String(bytes))
      move(child)
    },
    [Symbol.dispose]() {
      move(group)
      removeGroup(child)
    },
  }
}

/** A group's files are the kernel's own: only the empty folder goes. */
function removeGroup(child: string): void {
  rmdirSync(child)
}

function groupOf(self: string): string | null {
  const lines = existsSync(self) ? readFileSync(self, 'utf8').split('\n') : []
  return lines.find((line) => line.startsWith('0::'))?.slice(3) ?? null
}

const codeOf = (error: unknown): string => (error as NodeJS.ErrnoException).code ?? String(error)
