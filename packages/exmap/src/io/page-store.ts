// Where pages come from and go to: a file, or anything that can be read and written at a position. The consumer's interface,
// as small as it can be; what goes wrong in between (short reads, ends, errors) is dealt with in store-transfer.ts.
import type { PageFile } from '@parperos/alloc-api'

export interface PageStore {
  /** What `info().io` says: 'fs', 'opfs', or a name of one's own. */
  readonly kind: string
  /** Why it is not a better one, for `info().whyNotBetter`. */
  readonly reasons?: readonly string[]
  /** How many bytes there are now. */
  size(): number
  /**
   * Reads into the views, one after the other, from byte `position` on. How many bytes it read: any number above 0 is
   * progress, 0 is the end. Throws what went wrong. The views are of shared memory.
   */
  readSync(views: readonly Uint8Array[], position: number): number
  read(views: readonly Uint8Array[], position: number): Promise<number>
  /** The same for writing; what lies beyond the end makes it longer. */
  writeSync(views: readonly Uint8Array[], position: number): number
  write(views: readonly Uint8Array[], position: number): Promise<number>
  /** Makes durable what was written. */
  sync(): Promise<void>
  close(): void
}

/** Opens a file: with Node's fs, or in a browser's worker in its origin-private file system. */
export async function openStore(file: PageFile): Promise<PageStore> {
  if ('process' in globalThis) return (await import('./fs-store.ts')).openFsStore(file)
  return await (await import('./opfs-store.ts')).openOpfsStore(file)
}
