// What the page asks its workers to do.
import type { Job } from '../stress/job.ts'

export type Request =
  /** Makes a file whose page n is `pattern(n)`. */
  | { do: 'make'; path: string; pages: number }
  /** Opens areas over a file, on both backends, and tries everything with it. */
  | { do: 'use'; path: string; pages: number }
  /** Works on the page's area beside another worker. */
  | { do: 'work'; job: Job }
  /** Compares every page of a file with its version. */
  | { do: 'compare'; path: string; versions: number[] }

export type Reply = { value: unknown } | { failed: string }
