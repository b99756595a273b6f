// A disk of a given size, for a test: a file system in memory, mounted where one may do that.
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export class SmallDisk implements Disposable {
  readonly path: string

  constructor(bytes: number) {
    this.path = mkdtempSync(join(tmpdir(), 'parperos-disk-'))
    try {
      run('mount', '-t', 'tmpfs', '-o', `size=${bytes}`, 'tmpfs', this.path)
    } catch (error) {
      rmdirSync(this.path)
      throw error
    }
  }

  /** `'ro'`, `'rw'`, `'size=…'`. */
  remount(options: string): void {
    run('mount', '-o', `remount,${options}`, this.path)
  }

  [Symbol.dispose](): void {
    // Whatever is still open goes on living until it is closed.
    run('umount', '-l', this.path)
    rmdirSync(this.path)
  }
}

const run = (program: 'mount' | 'umount', ...args: string[]): void => {
  execFileSync(program, args, { stdio: ['ignore', 'ignore', 'pipe'] })
}

/** Whether disks can be made here; says so once, if not. */
export function canMakeDisks(): boolean {
  try {
    new SmallDisk(1 << 16)[Symbol.dispose]()
    return true
  } catch (error) {
    const [line] = String((error as { stderr?: Buffer }).stderr ?? error).split('\n')
    process.stderr.write(`not tested: full and read-only disks: no file system can be mounted here (${line})\n`)
    return false
  }
}
