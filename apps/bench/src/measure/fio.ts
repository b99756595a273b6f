// fio(1), where it is installed: the tool that people measure disks with. It makes the same reads in a process of its own.
import { spawnSync } from 'node:child_process'

/** What fio says, or why it says nothing. */
export type FioReads = { version: string; readsPerSecond: number } | { problem: string }

export interface FioOptions {
  path: string
  depth: number
  timeMs: number
  /** Where fio is looked for. */
  command?: string
}

/** Random reads of 4 KiB past the page cache; null where there is no fio. */
export function fioReads({ path, depth, timeMs, command = 'fio' }: FioOptions): FioReads | null {
  const args = [
    ...['--name=reads', `--filename=${path}`, '--rw=randread', '--bs=4k', '--direct=1', '--readonly'],
    ...['--ioengine=io_uring', `--iodepth=${depth}`, '--time_based', `--runtime=${timeMs}ms`],
    '--output-format=json',
  ]
  const { status, stdout, stderr, error } = spawnSync(command, args, { encoding: 'utf8', timeout: timeMs + 30_000 })
  if ((error as NodeJS.ErrnoException | undefined)?.code === 'ENOENT') return null
  if (error || status !== 0) return { problem: error?.message ?? `it ended with ${status}: ${stderr.trim()}` }
  return parsed(stdout)
}

/** Warnings may stand before the JSON. */
function parsed(stdout: string): FioReads {
  try {
    const said = JSON.parse(stdout.slice(stdout.indexOf('{'))) as Said
    const readsPerSecond = said.jobs?.[0]?.read?.iops
    if (readsPerSecond) return { version: said['fio version'] ?? 'fio', readsPerSecond }
  } catch {
    // Not JSON: the same as JSON without the number.
  }
  return { problem: 'it does not say how many reads it made in a second' }
}

/** The part of fio's report that is looked at. */
interface Said {
  'fio version'?: string
  jobs?: { read?: { iops?: number } }[]
}
