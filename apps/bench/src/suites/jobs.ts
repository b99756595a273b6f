// The registry of what suites run inside of their cells. Each is loaded in its own processes only.
import type { AnyJob } from '../measure/job.ts'

const jobs: Record<string, () => Promise<unknown>> = {
  llfree: async () => (await import('./llfree-job.ts')).job,
  recovery: async () => (await import('./recovery-job.ts')).job,
  exploration: async () => (await import('./exploration-job.ts')).job,
  'exmap-pages': async () => (await import('./exmap-pages-job.ts')).job,
  'exmap-reads': async () => (await import('./exmap-reads-job.ts')).job,
  'exmap-address': async () => (await import('./exmap-address-job.ts')).job,
  'kv-lookups': async () => (await import('./kv-lookups-job.ts')).job,
  'kv-beyond': async () => (await import('./kv-beyond-job.ts')).job,
  'kv-load': async () => (await import('./kv-load-job.ts')).job,
  'kv-writes': async () => (await import('./kv-writes-job.ts')).job,
  'kv-ycsb': async () => (await import('./kv-ycsb-job.ts')).job,
  'kv-tpcc': async () => (await import('./kv-tpcc-job.ts')).job,
  'kv-memory': async () => (await import('./kv-memory-job.ts')).job,
  'package-store': async () => (await import('./package-store-job.ts')).job,
  'file-cache': async () => (await import('./file-cache-job.ts')).job,
}

export async function jobOf(name: string): Promise<AnyJob> {
  // A job's own types are known to it and to its suite, which agree on the cell's input and the outcome.
  return (await jobs[name]()) as AnyJob
}
