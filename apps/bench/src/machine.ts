// The machine that the figures come from. What else runs on it changes them, so its load is looked at before and after.
import { execFileSync } from 'node:child_process'
import { availableParallelism, cpus, loadavg, release, totalmem, type } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import type { Load, Report } from './report/schema.ts'

/** Below this share of idle time at the start, something else was running. */
const QUIET_IDLE_SHARE = 0.85
const LOOK_MS = 250

export function machineFacts(): Omit<Report['machine'], 'loadStart' | 'loadEnd'> {
  return {
    // Virtual machines often give no name, or a number.
    cpu: [cpus()[0]?.model, process.arch].filter(Boolean).join(', '),
    cores: availableParallelism(),
    kernel: `${type()} ${release()}`,
    node: process.version,
    memoryBytes: totalmem(),
  }
}

/** Watches the CPUs for a moment. */
export async function lookAtLoad(): Promise<Load> {
  const before = cpuTimes()
  await sleep(LOOK_MS)
  const after = cpuTimes()
  const all = after.all - before.all
  const [one, five, fifteen] = loadavg()
  return { averages: [one, five, fifteen], idleShare: all > 0 ? (after.idle - before.idle) / all : 1 }
}

function cpuTimes(): { idle: number; all: number } {
  const sums = { idle: 0, all: 0 }
  for (const { times } of cpus()) {
    sums.idle += times.idle
    sums.all += times.user + times.nice + times.sys + times.idle + times.irq
  }
  return sums
}

/** One line when the machine is busy with something else, else null. */
export function busyWarning({ averages, idleShare }: Load): string | null {
  if (idleShare >= QUIET_IDLE_SHARE) return null
  const busy = Math.round((1 - idleShare) * 100)
  return `the CPUs are ${busy} % busy with something else (load ${averages[0].toFixed(2)}): expect worse figures`
}

/** The commit that this program was built from. */
export function commitHere(): string | null {
  const cwd = fileURLToPath(new URL('.', import.meta.url))
  const git = (...args: string[]): string =>
    execFileSync('git', args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim()
  try {
    const commit = git('rev-parse', 'HEAD')
    return git('status', '--porcelain') === '' ? commit : `${commit}-dirty`
  } catch {
    return null
  }
}
