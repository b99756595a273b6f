// One process at a time has a store open for writing: who has it stands in the file `lock`. A file whose process is gone is
// put aside; moving it away is one step, so that of two who find it only one does.
import { randomUUID } from 'node:crypto'
import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { asStoreError, StoreError } from '../errors.ts'

interface Owner {
  pid: number
  host: string
  /** When the process began, as the operating system tells it: numbers of processes are used again. */
  began: string
}

export class ProcessLock {
  readonly #path: string
  readonly #text: string

  /** Throws `LOCKED`, `READ_ONLY`. */
  constructor(directory: string) {
    this.#path = join(directory, 'lock')
    this.#text = JSON.stringify(thisProcess())
    const own = join(directory, `lock.${process.pid}.${randomUUID()}`)
    try {
      writeFileSync(own, this.#text)
      while (!tryLink(own, this.#path)) this.#removeStale(own)
    } catch (error) {
      throw asStoreError('a store cannot be locked', error)
    } finally {
      remove(own)
    }
  }

  release(): void {
    try {
      if (readFileSync(this.#path, 'utf8') === this.#text) rmSync(this.#path)
    } catch {
      // The directory is gone, and the lock with it.
    }
  }

  #removeStale(own: string): void {
    let text: string
    try {
      text = readFileSync(this.#path, 'utf8')
    } catch {
      return
    }
    const owner = ownerOf(text)
    if (owner && isAlive(owner)) {
      const where = owner.host === hostname() ? '' : ` on ${owner.host}`
      throw new StoreError('LOCKED', `process ${owner.pid}${where} has the store open for writing`, {
        hint: 'open it with readOnly, or use the handle of its store in a worker',
      })
    }
    const aside = `${own}.stale`
    try {
      renameSync(this.#path, aside)
      // If somebody was quicker this is the new owner's lock, and goes back.
      if (readFileSync(aside, 'utf8') !== text) tryLink(aside, this.#path)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    } finally {
      rmSync(aside, { force: true })
    }
  }
}

/** If it is there, and can be. */
function remove(path: string): void {
  try {
    rmSync(path, { force: true })
  } catch {
    // What keeps it from being removed has kept it from being made, or says so elsewhere.
  }
}

function tryLink(from: string, to: string): boolean {
  try {
    linkSync(from, to)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  }
}

export const thisProcess = (): Owner => ({ pid: process.pid, host: hostname(), began: beginningOf(process.pid) ?? '' })

export function ownerOf(text: string): Owner | null {
  try {
    const owner = JSON.parse(text) as Partial<Owner>
    return typeof owner.pid === 'number' && typeof owner.host === 'string' ? { began: '', ...owner } as Owner : null
  } catch {
    return null
  }
}

/** What runs on another host cannot be seen: it counts as alive. */
export function isAlive({ pid, host, began }: Owner): boolean {
  if (host !== hostname()) return true
  try {
    process.kill(pid, 0)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
  const now = beginningOf(pid)
  return now === null || began === '' || now === began
}

/** Field 22 of /proc/pid/stat, proc(5); null where there is no such file. */
function beginningOf(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]
  } catch {
    return null
  }
}
