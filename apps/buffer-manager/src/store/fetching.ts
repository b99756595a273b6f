// Fetching a page that a lookup is missing. A reader that is on its way while somebody commits can ask for a page that is not
// in use any more, and whose bytes in the file are anybody's. Whether that is so or the page is damaged is told by looking up
// synchronously, which has its eye on the way to the page while it reads.
import { isCorrupt } from '../errors.ts'
import type { Pool } from '../pool/pool.ts'

/** Whether the page could be fetched; false: it is damaged or out of use. */
export const fetchSound = (pool: Pool, page: number): Promise<boolean> => pool.fetch(page).then(sound, unsound)

const sound = (): boolean => true

function unsound(error: unknown): boolean {
  if (isCorrupt(error)) return false
  throw error
}
