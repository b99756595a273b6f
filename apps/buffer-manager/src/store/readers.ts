// Other processes that read a store at a checkpoint: a file each in the folder `readers`, which says who and at which epoch.
// What such a checkpoint has is not used again before they go on. A reader registers, then looks whether its checkpoint is
// still the last one; so whoever makes a newer one has either seen the file, or is seen.
import { randomUUID } from 'node:crypto'
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { systemError } from '../errors.ts'
import { isAlive, ownerOf, thisProcess } from './process-lock.ts'

export class Readers {
  readonly #folder: string
  readonly #own: string
  #isRegistered = false

  constructor(directory: string) {
    this.#folder = join(directory, 'readers')
    this.#own = join(this.#folder, `${process.pid}.${randomUUID()}`)
  }

  /** This process reads at that epoch. */
  register(epoch: number): void {
    try {
      mkdirSync(this.#folder, { recursive: true })
      writeFileSync(`${this.#own}.new`, JSON.stringify({ ...thisProcess(), epoch }))
      renameSync(`${this.#own}.new`, this.#own)
      this.#isRegistered = true
    } catch (error) {
      throw systemError('a reader cannot make itself known', error)
    }
  }

  leave(): void {
    if (this.#isRegistered) rmSync(this.#own, { force: true })
    this.#isRegistered = false
  }

  /** The oldest epoch that somebody reads; infinity without readers. Files of processes that are gone are removed. */
  oldest(): number {
    let oldest = Infinity
    for (const file of this.#files()) {
      const path = join(this.#folder, file)
      try {
        const text = readFileSync(path, 'utf8')
        const owner = ownerOf(text)
        if (owner && isAlive(owner)) oldest = Math.min(oldest, (JSON.parse(text) as { epoch: number }).epoch)
        else rmSync(path, { force: true })
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
      }
    }
    return oldest
  }

  #files(): string[] {
    try {
      return readdirSync(this.#folder).filter((file) => !file.endsWith('.new'))
    } catch {
      return []
    }
  }
}
