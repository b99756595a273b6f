// Time and CPU time of asynchronous work of one worker. CPU time is the process's: what the store's and the system's threads do
// for the work counts, too.
import { nowNs } from './clock.ts'
import type { Metered } from './meter.ts'

export async function measureAsync(work: () => Promise<unknown>): Promise<Metered> {
  const before = process.cpuUsage()
  const started = nowNs()
  await work()
  const ns = nowNs() - started
  const { user, system } = process.cpuUsage(before)
  return [ns, (user + system) * 1e3]
}
