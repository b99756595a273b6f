// Making a file durable (fdatasync(2)). Node only.
import { ParperosError } from '@parperos/alloc-api'
import { fdatasync } from 'node:fs'
import { promisify } from 'node:util'

/** Waits until what was written to the file is on its medium. Throws `SYSTEM`. */
export async function syncFile(descriptor: number): Promise<void> {
  try {
    await promisify(fdatasync)(descriptor)
  } catch (cause) {
    throw new ParperosError('SYSTEM', `fdatasync: ${String(cause)}`, { cause })
  }
}
