// Which allocators can run here on which backends. A backend that cannot is named with its reason in every report.
import type { BackendKind } from '@parperos/alloc-api'
import { allocatorNames, allocators, backendKinds } from './compose.ts'
import { Misuse } from './misuse.ts'
import type { Report } from './report/schema.ts'
import type { Runnable } from './suites/suite.ts'

export interface Availability {
  runnable: Runnable[]
  skipped: Report['skipped']
}

/** Looks at all allocators; `asked` are the backends that the caller named, where a missing one is an error. */
export async function availability(asked: readonly BackendKind[]): Promise<Availability> {
  const found: Availability = { runnable: [], skipped: [] }
  for (const backend of asked.length > 0 ? asked : backendKinds) {
    for (const allocator of allocatorNames) {
      const { unavailable } = await loaded(allocators[allocator].backends[backend])
      if (unavailable === null) found.runnable.push({ allocator, backend })
      else found.skipped.push({ allocator, backend, reason: unavailable })
    }
  }
  const [first] = found.skipped
  if (asked.length > 0 && found.skipped.length > 0) {
    throw new Misuse(`the ${first.backend} backend of ${first.allocator} cannot run here: ${first.reason}`)
  }
  return found
}

/** A package whose core was not built may not even load. */
async function loaded(load: () => Promise<{ unavailable(): string | null }>): Promise<{ unavailable: string | null }> {
  try {
    return { unavailable: (await load()).unavailable() }
  } catch (error) {
    return { unavailable: String(error).split('\n')[0] }
  }
}
