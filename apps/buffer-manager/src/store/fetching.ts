// Fetching a page that a lookup is missing. A reader that is on its way while somebody commits can ask for a page that is not
// in use any more, and whose bytes in the file are anybody's: then the lookup begins again, and does not ask for it again. If
// it does, the page is damaged.
import { StoreError } from '../errors.ts'
import type { Pool } from '../pool/pool.ts'

/** No page's number. */
export const NONE = -1

/** Fetches; returns the page if it is damaged or out of use, else NONE. Throws when it was so `before`. */
export async function fetchFor(pool: Pool, page: number, before: number): Promise<number> {
  try {
    await pool.fetch(page)
    return NONE
  } catch (error) {
    if (page === before || !isDamage(error)) throw error
    return page
  }
}

/** Whether the error is of bytes that are not what a page has, which may be nobody's page. */
export const isDamage = (error: unknown): boolean => error instanceof StoreError && error.code === 'CORRUPT'
