// A store's directory: made, with its file of pages, when there is none; and the checkpoint that the file has.
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs'
import { dirname, join as joinPath } from 'node:path'
import { asStoreError, StoreError, systemError } from '../errors.ts'
import { nodeFiles } from '../log/files.ts'
import { lastSegment } from '../log/read.ts'
import { segmentName } from '../log/segment.ts'
import type { StoreConfig } from './config.ts'
import { PageFile, packContents, readList, readMeta, writeList, writeMeta, type Contents, type Meta } from './meta.ts'
import type { Readers } from './readers.ts'

const PAGES_FILE = 'data.pages'

export const pagesPath = (directory: string): string => joinPath(directory, PAGES_FILE)

/** What has to be made is durable before anything is in it. */
export function makeDirectory(directory: string, create: boolean): void {
  if (existsSync(directory)) return
  if (!create) throw new StoreError('NOT_A_STORE', `there is no directory ${directory}`)
  const parent = dirname(directory)
  makeDirectory(parent, create)
  try {
    mkdirSync(directory)
    nodeFiles.syncDirectory(parent)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return
    throw systemError(`the directory ${directory} cannot be made`, error)
  }
}

/** The file of pages. A new one gets its name when it is durable with an empty checkpoint. */
export function openPages(directory: string, { readOnly, create }: StoreConfig): PageFile {
  const path = pagesPath(directory)
  try {
    return new PageFile(path, readOnly ? 'r' : 'r+')
  } catch (error) {
    if (!(error instanceof StoreError) || (error.cause as NodeJS.ErrnoException | undefined)?.code !== 'ENOENT') throw error
    if (readOnly || !create) {
      throw new StoreError('NOT_A_STORE', `there is no store in ${directory}`, { cause: error.cause })
    }
  }
  const temporary = `${path}.new`
  const file = new PageFile(temporary, 'w+')
  try {
    const contents: Contents = { trees: [{ name: '', root: 0, entries: 0 }], live: new Uint8Array(0) }
    const list = packContents(contents)
    writeList(file, list, [2], 1)
    writeMeta(file, { checkpoint: 1, epoch: 1, sequence: 0, segment: 0, listPage: 2, listBytes: list.length, pages: 3 })
    file.sync()
    renameSync(temporary, path)
    nodeFiles.syncDirectory(directory)
    return file
  } catch (error) {
    file.close()
    rmSync(temporary, { force: true })
    throw asStoreError(`${path} cannot be made`, error)
  }
}

export interface FoundCheckpoint {
  meta: Meta
  contents: Contents
  listPages: number[]
}

export function checkpointOf(file: PageFile): FoundCheckpoint {
  const meta = readMeta(file)
  const { contents, pages } = readList(file, meta)
  return { meta, contents, listPages: pages }
}

/** A checkpoint that nobody overwrites as long as this process is registered for it. */
export function registered(file: PageFile, readers: Readers): FoundCheckpoint {
  for (;;) {
    const { checkpoint, epoch } = readMeta(file)
    readers.register(epoch)
    if (readMeta(file).checkpoint !== checkpoint) continue
    try {
      const found = checkpointOf(file)
      requireLog(readers.directory, found.meta)
      return found
    } catch (error) {
      // Its list may have gone with the checkpoint, since then there is a newer one.
      if (readMeta(file).checkpoint === checkpoint) throw error
    }
  }
}

/**
 * The log that a checkpoint names is there for as long as it is the last one: if it is not, the younger meta page is
 * damaged, and the pages of the older one may be others by now.
 */
function requireLog(directory: string, { segment, checkpoint }: Meta): void {
  const last = lastSegment(directory)
  // A store that was just made names no segment, and the first one comes next.
  if (segment === 0 && last === 0) return
  if (existsSync(joinPath(directory, segmentName(Math.max(segment, 1))))) return
  throw new StoreError('CORRUPT', `checkpoint ${checkpoint} is not the last one, but no younger one can be read`)
}
