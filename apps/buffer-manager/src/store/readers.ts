// Other processes that read a store at a checkpoint: a file each in the folder `readers`, which says who and at which epoch.
// What such a checkpoint has is not used again before they go on. A reader registers, then looks whether its checkpoint is
// still the last one; so whoever makes a newer one has either seen the file, or is seen.
import { randomUUID } from 'node:crypto'
import { mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { systemError } from '../errors.ts'
import { isAlive, ownerOf, removeQuietly, thisProcess } from './process-lock.ts'

export class Readers {
  readonly directory: string
  readonly #folder: string
  readonly #own: string
  /** Of the oldest checkpoint that is needed here. */
  #epoch = Infinity

  constructor(directory: string) {
    this.directory = directory
    this.#folder = join(directory, 'readers')
    this.#own = join(this.#folder, `${process.pid}.${randomUUID()}`)
  }

  /** This process is about to read at that epoch; what it reads at now it still needs. */
  register(epoch: number): void {
    this.#write(Math.min(this.#epoch, epoch))
  }

  /** It does not need older ones any more. */
  goOn(epoch: number): void {
    if (this.#epoch !== epoch) this.#write(epoch)
  }

  #write(epoch: number): void {
    try {
      makeFolder(this.#folder)
      writeFileSync(`${this.#own}.new`, JSON.stringify({ ...thisProcess(), epoch }))
      renameSync(`${this.#own}.new`, this.#own)
      this.#epoch = epoch
    } catch (error) {
      // Where nothing can be written nobody needs to know of readers.
      if ((error as NodeJS.ErrnoException).code === 'EROFS') return
      throw systemError('a reader cannot make itself known', error)
    }
  }

  leave(): void {
    if (this.#epoch !== Infinity) removeQuietly(this.#own)
    this.#epoch = Infinity
  }

  /** The oldest epoch that somebody reads; infinity without readers. Files of processes that are gone are removed. */
  oldest(): number {
    let oldest = Infinity
    for (const file of this.#files()) {
      const path = join(this.#folder, file)
      try {
        const text = readFileSync(path, 'utf8')
        const owner = ownerOf(text)
        if (!owner || !isAlive(owner)) removeQuietly(path)
        else oldest = Math.min(oldest, epochIn(text))
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw systemError('a reader of the store cannot be looked at', error)
      }
    }
    return oldest
  }

  #files(): string[] {
    try {
      return readdirSync(this.#folder).filter((file) => !file.endsWith('.new'))
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
      throw systemError('readers of the store cannot be found', error)
    }
  }
}

/** Of a reader that is alive; one that does not say it may be reading anything. */
function epochIn(text: string): number {
  const { epoch } = JSON.parse(text) as { epoch?: unknown }
  return typeof epoch === 'number' ? epoch : 0
}

/** Not as `recursive` does it, which says ENOENT of a file system that is read-only. */
function makeFolder(path: string): void {
  try {
    mkdirSync(path)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  }
}
