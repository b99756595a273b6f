// The address space of an area: a growable buffer at its full size, which reserves addresses and has a page-aligned base on
// every engine. It is never grown: that would make what is mapped readable and writable anew.
import { FRAME_BYTES, ParperosError, type Memory, type Region } from '@parperos/alloc-api'
import { closeSync, fstatSync } from 'node:fs'
import { loadExMapAddon, system } from './addon.ts'

/** Descriptors of the memories behind buffers that were made here; whoever opens the area takes them over. */
const descriptors = new WeakMap<SharedArrayBuffer, number>()

/** Bytes of a huge page. */
const HUGE_BYTES = 2 ** 21

/** What the kernel begins at a multiple of 2 MiB is what is as long as some multiples of that. */
const rounded = (bytes: number): number => (bytes < HUGE_BYTES ? bytes : Math.ceil(bytes / HUGE_BYTES) * HUGE_BYTES)

/** Addresses for that many pages. Throws `TOO_SMALL` when the process has none left. */
export function reservePages(pages: number): SharedArrayBuffer {
  const bytes = rounded(pages * FRAME_BYTES)
  try {
    return new SharedArrayBuffer(bytes, { maxByteLength: bytes })
  } catch (cause) {
    throw new ParperosError('TOO_SMALL', `there are no addresses for ${pages} pages: ${String(cause)}`, {
      cause,
      hint: 'an area has at most 2^32 pages, 16 TiB',
    })
  }
}

/** The same, over memory that other processes can have. */
export function reserveShared(pages: number, base: string): SharedArrayBuffer {
  const descriptor = system('memfd_create', () => loadExMapAddon(base).memfd(pages * FRAME_BYTES))
  try {
    const buffer = mapPages(descriptor, pages, base)
    descriptors.set(buffer, descriptor)
    return buffer
  } catch (error) {
    closeSync(descriptor)
    throw error
  }
}

/** The memory of an area that another process has opened. Throws `BAD_SIZE` for one of another size. */
export function mapPages(descriptor: number, pages: number, base: string): SharedArrayBuffer {
  const bytes = pages * FRAME_BYTES
  const { size } = system('fstat', () => fstatSync(descriptor))
  // A mapping that reaches beyond its file kills whoever touches it there.
  if (size !== bytes) throw new ParperosError('BAD_SIZE', `a descriptor of ${size} bytes, ${pages} pages have ${bytes}`)
  const buffer = reservePages(pages)
  const first = new Uint8Array(buffer, 0, FRAME_BYTES)
  system('mmap', () => loadExMapAddon(base).mapShared(first, bytes, descriptor))
  return buffer
}

/** The descriptor of a buffer that `reserveShared` made, once; null for others. */
export function takeDescriptor(buffer: SharedArrayBuffer): number | null {
  const descriptor = descriptors.get(buffer) ?? null
  descriptors.delete(buffer)
  return descriptor
}

/**
 * Carves a Region for a pool of `frames` frames that begins at a multiple of 2 MiB, as huge pages need it. Up to 2 MiB before
 * it are left unused. Throws `TOO_SMALL`, `BAD_NAME`.
 */
export function carveHugePool(memory: Memory, frames: number, name: string, base: string): Region {
  const gap = memory.region(FRAME_BYTES, `${name}-before`)
  const into = loadExMapAddon(base).intoHugePage(gap.bytes(0, FRAME_BYTES))
  const rest = (HUGE_BYTES - ((into + FRAME_BYTES) % HUGE_BYTES)) % HUGE_BYTES
  if (rest > 0) memory.region(rest, `${name}-before-2`)
  return memory.region(frames * FRAME_BYTES, name)
}
