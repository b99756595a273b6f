// One process at a time has a store open for writing: who has it stands in the file `lock`. A lock whose process is gone may
// be removed by who has the right to remove it, and that is a lock of its own, named after what the first one contains. Each
// lock contains something else; so nobody removes one that has come since he looked, however many find the same dead one.
import { createHash, randomUUID } from 'node:crypto'
import { linkSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
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
  /** A file with that text, to be linked to where it counts, so that it is whole from the beginning. */
  readonly #own: string

  /** Throws `LOCKED`, `READ_ONLY`. */
  constructor(directory: string) {
    const id = randomUUID()
    this.#path = join(directory, 'lock')
    this.#text = JSON.stringify({ ...thisProcess(), id })
    this.#own = join(directory, `lock.${process.pid}.${id}`)
    try {
      writeFileSync(this.#own, this.#text)
      this.#take(this.#path)
    } catch (error) {
      throw asStoreError('a store cannot be locked', error)
    } finally {
      removeQuietly(this.#own)
    }
  }

  release(): void {
    try {
      if (readIfThere(this.#path) === this.#text) rmSync(this.#path)
    } catch {
      // The directory is out of reach, and the lock with it.
    }
  }

  #take(path: string): void {
    while (!tryLink(this.#own, path)) this.#removeDead(path)
  }

  /** Removes a lock whose process is gone, unless somebody has done that. Throws `LOCKED` when it is not. */
  #removeDead(path: string): void {
    const text = readIfThere(path)
    if (text === null) return
    requireDead(text)
    const right = `${path}.${createHash('sha256').update(text).digest('hex').slice(0, 16)}`
    this.#take(right)
    try {
      // Whoever may remove this lock is alone, so it is there until here, or was gone before.
      if (readIfThere(path) === text) rmSync(path)
    } finally {
      removeQuietly(right)
    }
  }
}

function requireDead(text: string): void {
  const owner = ownerOf(text)
  if (!owner || !isAlive(owner)) return
  const where = owner.host === hostname() ? '' : ` on ${owner.host}`
  throw new StoreError('LOCKED', `process ${owner.pid}${where} has the store open for writing`, {
    hint: 'open it with readOnly, or use the handle of its store in a worker',
  })
}

function readIfThere(path: string): string | null {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw error
  }
}

/** What cannot be removed stays: it is somebody else's, or the file system is read-only. */
export function removeQuietly(path: string): void {
  try {
    rmSync(path, { force: true })
  } catch {
    // It counts for nothing when its process is gone, and what kept it from being made says so elsewhere.
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
