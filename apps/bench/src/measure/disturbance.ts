// Whether something else took the CPU away while workers were measured. A worker that waits for another one also uses
// less CPU than time; only together with switches that the scheduler forced does that mean that the machine was busy.

/** Workers that had less than this share of the CPUs that they could use, and were preempted, were disturbed. */
const ENOUGH = 0.9

export interface Usage {
  /** The share of their time in which the workers ran, 0 … 1. */
  cpuShare: number
  disturbed: boolean
}

/** Starts watching the process; the function that it returns tells what `workers` threads had since then. */
export function watchCpu(workers: number): () => Usage {
  const startedMs = performance.now()
  const before = process.resourceUsage()
  return () => {
    const after = process.resourceUsage()
    const elapsedMs = performance.now() - startedMs
    const cpuMs = (after.userCPUTime - before.userCPUTime + after.systemCPUTime - before.systemCPUTime) / 1e3
    const cpuShare = Math.min(1, cpuMs / (elapsedMs * workers))
    const preempted = after.involuntaryContextSwitches > before.involuntaryContextSwitches
    return { cpuShare, disturbed: preempted && cpuShare < ENOUGH }
  }
}
