// A file of the browser's origin-private file system, through a synchronous access handle, which only workers have
// (WHATWG File System). The asynchronous methods do the same and block the worker for as long.
import { ParperosError, type PageFile } from '@parperos/alloc-api'
import type { PageStore } from './page-store.ts'

/** What a FileSystemSyncAccessHandle can do. */
interface SyncAccessHandle {
  read(view: Uint8Array, options: { at: number }): number
  write(view: Uint8Array, options: { at: number }): number
  getSize(): number
  flush(): void
  close(): void
}

type SyncAccessMode = 'read-only' | 'readwrite-unsafe'

interface SyncFileHandle {
  createSyncAccessHandle?: (options: { mode: SyncAccessMode }) => Promise<SyncAccessHandle>
}

/** Opens the file of that name (folders separated by /); throws `UNAVAILABLE` or `SYSTEM`. */
export async function openOpfsStore({ path, readOnly = false }: PageFile): Promise<PageStore> {
  const file = (await find(path)) as SyncFileHandle
  if (!file.createSyncAccessHandle) {
    throw new ParperosError('UNAVAILABLE', 'files of a browser can only be used in a worker', {
      hint: 'open and attach to areas with a file in a dedicated worker',
    })
  }
  try {
    // Several workers have the file open at once: what they do with its bytes is ordered by the page table.
    const mode = readOnly ? 'read-only' : 'readwrite-unsafe'
    return new OpfsStore(await file.createSyncAccessHandle({ mode }))
  } catch (cause) {
    throw new ParperosError('SYSTEM', `the file ${path} cannot be opened: ${String(cause)}`, { cause })
  }
}

async function find(path: string): Promise<unknown> {
  const { storage } = navigator as { storage?: { getDirectory?: () => Promise<FileSystemDirectoryHandle> } }
  if (!storage?.getDirectory) {
    throw new ParperosError('UNAVAILABLE', 'this JavaScript engine has no origin-private file system')
  }
  const names = path.split('/').filter((name) => name !== '')
  try {
    let folder = await storage.getDirectory()
    for (const name of names.slice(0, -1)) folder = await folder.getDirectoryHandle(name)
    return await folder.getFileHandle(names.at(-1) ?? '')
  } catch (cause) {
    throw new ParperosError('SYSTEM', `the file ${path} cannot be opened: ${String(cause)}`, { cause })
  }
}

class OpfsStore implements PageStore {
  readonly kind = 'opfs'
  readonly #file: SyncAccessHandle

  constructor(file: SyncAccessHandle) {
    this.#file = file
  }

  size(): number {
    return this.#file.getSize()
  }

  readSync(views: readonly Uint8Array[], position: number): number {
    return each(views, (view, done) => this.#file.read(view, { at: position + done }))
  }

  async read(views: readonly Uint8Array[], position: number): Promise<number> {
    return this.readSync(views, position)
  }

  writeSync(views: readonly Uint8Array[], position: number): number {
    return each(views, (view, done) => this.#file.write(view, { at: position + done }))
  }

  async write(views: readonly Uint8Array[], position: number): Promise<number> {
    return this.writeSync(views, position)
  }

  async sync(): Promise<void> {
    this.#file.flush()
  }

  close(): void {
    this.#file.close()
  }
}

/** Views one after the other, until one is not done whole: how many bytes. */
function each(views: readonly Uint8Array[], move: (view: Uint8Array, done: number) => number): number {
  let done = 0
  for (const view of views) {
    const bytes = move(view, done)
    done += bytes
    if (bytes < view.length) break
  }
  return done
}
