// Runs a cell in a process of its own, so that no measurement sees the compiled code, the heap or the threads of
// another.
import { fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { Cell, CellReply } from './job.ts'

export interface SpawnOptions {
  /** The cell's program; this is bundled beside it. */
  program?: URL
  /** A cell that takes longer hangs, and is ended. */
  limitMs?: number
}

/** Never throws: what goes wrong in the cell is in its reply. */
export function measureCell(
  cell: Cell,
  { program = new URL('./cell.js', import.meta.url), limitMs = 300_000 }: SpawnOptions = {},
): Promise<CellReply> {
  return new Promise((resolve) => {
    const child = fork(fileURLToPath(program), { stdio: ['ignore', 'ignore', 'pipe', 'ipc'], execArgv: [] })
    let complaint = ''
    child.stderr?.setEncoding('utf8').on('data', (text: string) => (complaint = (complaint + text).slice(-2000)))
    const timer = setTimeout(() => {
      complaint = `did not end within ${limitMs / 1000} s`
      child.kill('SIGKILL')
    }, limitMs)
    child.once('message', (message) => {
      resolve(message as CellReply)
    })
    child.once('error', (error) => {
      resolve({ error: `its process does not start: ${error.message}` })
    })
    // After `message` this changes nothing: a promise settles once.
    child.once('close', (code, signal) => {
      clearTimeout(timer)
      const last = complaint.trim().split('\n').at(-1)
      resolve({ error: `its process ended with ${signal ?? `exit code ${code}`}${last ? `: ${last}` : ''}` })
    })
    child.send(cell)
  })
}
