// A file that is gone when its process is, however that ends: it loses its name as soon as it is open. Linux has another one
// for it as long as it is.
import { closeSync, fsyncSync, openSync, rmSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const CHUNK_BYTES = 2 ** 20

export interface TemporaryFile extends Disposable {
  /** For this process and those that know its number. */
  readonly path: string
}

/** In the system's folder for such files, `bytes` long (whole MiB) and on its medium. */
export function temporaryFile(bytes: number): TemporaryFile {
  const name = join(tmpdir(), `parperos-bench-${process.pid}-${Date.now()}`)
  const descriptor = openSync(name, 'wx+', 0o600)
  rmSync(name)
  const chunk = Buffer.alloc(CHUNK_BYTES, 'parperos')
  for (let at = 0; at < bytes; at += CHUNK_BYTES) {
    // Every page is another one.
    for (let page = 0; page < CHUNK_BYTES; page += 4096) chunk.writeUInt32LE((at + page) / 4096, page)
    for (let done = 0; done < CHUNK_BYTES; ) done += writeSync(descriptor, chunk, done, CHUNK_BYTES - done, at + done)
  }
  fsyncSync(descriptor)
  return {
    path: `/proc/${process.pid}/fd/${descriptor}`,
    [Symbol.dispose]: () => closeSync(descriptor),
  }
}
