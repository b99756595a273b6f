// The file of an area, as Node opens it: a regular one or a block device.
import { ParperosError, type PageFile } from '@parperos/alloc-api'
import { constants, fstatSync, openSync, readFileSync } from 'node:fs'

export interface OpenFile {
  descriptor: number
  /** Whether its pages can be in the page cache. */
  cached: boolean
  /** Why it is not opened in a better way. */
  reasons: string[]
}

/** Throws `SYSTEM`. */
export function openPageFile({ path, readOnly = false, direct = false }: PageFile): OpenFile {
  const access = readOnly ? constants.O_RDONLY : constants.O_RDWR
  const reasons: string[] = []
  // Not every system has it, nor every file system that is asked for it.
  const uncached = (constants as { O_DIRECT?: number }).O_DIRECT
  try {
    if (direct && uncached !== undefined) {
      try {
        return { descriptor: openSync(path, access | uncached), cached: false, reasons }
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EINVAL') throw error
      }
    }
    if (direct) reasons.push('direct: the file system of this file has no O_DIRECT, so that its pages are in the page cache too')
    return { descriptor: openSync(path, access), cached: true, reasons }
  } catch (cause) {
    throw new ParperosError('SYSTEM', `the file of a page area cannot be opened: ${String(cause)}`, { cause })
  }
}

/** How many bytes it has now. */
export function sizeOf(descriptor: number): number {
  const about = fstatSync(descriptor, { bigint: true })
  return about.isBlockDevice() ? deviceBytes(about.rdev) : Number(about.size)
}

/** Of a block device fstat says 0; the kernel tells its sectors of 512 bytes elsewhere (sysfs(5)). 0 where it does not. */
function deviceBytes(device: bigint): number {
  // The two numbers are interleaved in one (makedev(3)).
  const major = ((device >> 8n) & 0xfffn) | ((device >> 32n) & ~0xfffn)
  const minor = (device & 0xffn) | ((device >> 12n) & ~0xffn)
  try {
    return 512 * Number(readFileSync(`/sys/dev/block/${major}:${BigInt.asUintN(32, minor)}/size`, 'utf8'))
  } catch {
    return 0
  }
}
