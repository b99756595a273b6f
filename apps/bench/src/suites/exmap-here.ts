// What of the exmap suite can be measured on this machine: what the kernel refuses is not measured, and the report says why.
import { closeSync, constants, openSync } from 'node:fs'
import { allocators, metadataMemory, pageAreas } from '../compose.ts'
import { temporaryFile } from '../measure/temporary-file.ts'
import { refusalOf } from '../misuse.ts'

const PAGE_BYTES = 4096
const FRAMES = 64

/** Null: it works here; else one sentence that says why it does not. */
export interface Here {
  move: string | null
  processMadvise: string | null
  ring: string | null
  /** Reads past the page cache, in the folder for temporary files. */
  direct: string | null
}

/** Tries each of them. Precondition: the native backend can run. */
export async function lookHere(): Promise<Here> {
  const bare = await pageAreas.bare()
  const memory = new Uint8Array(new SharedArrayBuffer(PAGE_BYTES, { maxByteLength: PAGE_BYTES }), 0, PAGE_BYTES)
  using file = temporaryFile(2 ** 20)
  const processMadvise = refusalOf(() => bare.faultAndDropMany(memory, new Uint32Array([0])))
  const ring = refusalOf(() => withFile(file.path, 0, (descriptor) => bare.openReads(descriptor, 1).close()))
  const direct = refusalOf(() => withFile(file.path, constants.O_DIRECT, () => undefined))
  return { move: await moveRefused(), processMadvise, ring, direct }
}

async function moveRefused(): Promise<string | null> {
  const memory = await metadataMemory(2 ** 22)
  const pool = memory.region(FRAMES * PAGE_BYTES, 'pool')
  const frames = await (await allocators.llfree.backends.native()).open({ memory, frames: FRAMES })
  using area = await (await pageAreas.backends.native()).open({ memory, pages: FRAMES, frames, pool })
  const { way, whyNotBetter } = area.info()
  return way === 'move' ? null : whyNotBetter.join('; ')
}

function withFile(path: string, flags: number, use: (descriptor: number) => void): void {
  const descriptor = openSync(path, constants.O_RDONLY | flags)
  try {
    use(descriptor)
  } finally {
    closeSync(descriptor)
  }
}
