// The files that areas are tested with: made, changed and looked at by the suite itself, past the area. In Node they
// are in the folder for temporary files; in a browser, whose files only workers can use, in its origin-private file
// system.

/** A file of a check. */
export interface PageTestFile {
  /** What `PageFile.path` is set to. */
  readonly path: string
  /** All that it holds now. */
  readonly read: () => Promise<Uint8Array>
  /** Cuts it. */
  readonly truncate: (bytes: number) => Promise<void>
  readonly remove: () => Promise<void>
}

/** Makes a file that holds these bytes. */
export type MakePageTestFile = (bytes: Uint8Array<ArrayBuffer>) => Promise<PageTestFile>

/** Files of the file system that there is: Node's, or in a browser's worker the origin-private one. */
export const systemFiles: MakePageTestFile = (bytes) =>
  'process' in globalThis ? nodeFile(bytes) : originPrivateFile(bytes)

async function nodeFile(bytes: Uint8Array): Promise<PageTestFile> {
  // Not imported: browsers do not have them.
  const fs = process.getBuiltinModule('node:fs/promises')
  const { tmpdir } = process.getBuiltinModule('node:os')
  const folder = await fs.mkdtemp(`${tmpdir()}/page-area-`)
  const path = `${folder}/pages.bin`
  await fs.writeFile(path, bytes)
  return {
    path,
    read: () => fs.readFile(path),
    truncate: (length) => fs.truncate(path, length),
    remove: () => fs.rm(folder, { recursive: true }),
  }
}

/** What a FileSystemSyncAccessHandle can do. */
interface SyncAccessHandle {
  read(view: Uint8Array, options: { at: number }): number
  write(view: Uint8Array, options: { at: number }): number
  truncate(bytes: number): void
  getSize(): number
  close(): void
}

type SyncAccessMode = 'readwrite-unsafe' | 'read-only'

interface SyncFileHandle {
  createSyncAccessHandle(options: { mode: SyncAccessMode }): Promise<SyncAccessHandle>
}

let made = 0

async function originPrivateFile(bytes: Uint8Array): Promise<PageTestFile> {
  const path = `page-area-${made++}.bin`
  const root = await navigator.storage.getDirectory()
  const file = (await root.getFileHandle(path, { create: true })) as unknown as SyncFileHandle
  const open = (mode: SyncAccessMode): Promise<SyncAccessHandle> => file.createSyncAccessHandle({ mode })
  // The area has the file open at the same time: in the same mode, or for reading only.
  const use = async <Result>(body: (access: SyncAccessHandle) => Result): Promise<Result> => {
    const access = await open('readwrite-unsafe').catch(() => open('read-only'))
    try {
      return body(access)
    } finally {
      access.close()
    }
  }
  await use((access) => {
    access.truncate(0)
    access.write(bytes, { at: 0 })
  })
  return {
    path,
    read: () =>
      use((access) => {
        const all = new Uint8Array(access.getSize())
        access.read(all, { at: 0 })
        return all
      }),
    truncate: (length) => use((access) => access.truncate(length)),
    remove: () => root.removeEntry(path),
  }
}
