// Schedules as text: `0:14 1:3 0 1` says that worker 0 goes on until it has taken 14 steps, then worker 1 until it has
// taken 3, then 0 until it ends (or waits, or spins), then 1.
import { TO_ITS_STOP } from './control.ts'
import type { Segment } from './run.ts'

export const printSchedule = (plan: readonly Segment[]): string =>
  plan.map(({ worker, until }) => (until === TO_ITS_STOP ? String(worker) : `${worker}:${until}`)).join(' ')

/** Reads a schedule; throws saying which part of it is none. */
export function parseSchedule(text: string, workers: number): Segment[] {
  return text.split(/\s+/).filter(Boolean).map((part) => {
    const match = /^(\d+)(:\d+)?$/.exec(part)
    if (!match || Number(match[1]) >= workers) {
      throw new Error(
        `a schedule is a list of worker:steps, such as 0:14 1:3 0, with workers 0 to ${workers - 1}; got ${part}`,
      )
    }
    const [worker, until] = part.split(':')
    return { worker: Number(worker), until: match[0] === worker ? TO_ITS_STOP : Number(until) }
  })
}
