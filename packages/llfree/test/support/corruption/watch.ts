// Runs a part of the corruption test in a process of its own and watches it: one that dies or hangs is an error which
// names the seed, and is ended.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import type { Job, Tally } from './child.ts'

const script = fileURLToPath(new URL('child.ts', import.meta.url))

/** The longest time for one seed: a search for frames that nobody has any more takes about a second. */
const SILENT_MS = 60_000
const LOOK_MS = 100

export async function runWatched(job: Omit<Job, 'progress'>, silentMs = SILENT_MS): Promise<Tally> {
  const folder = mkdtempSync(join(tmpdir(), 'parperos-corruption-'))
  const progress = join(folder, 'seed')
  const child = spawn(process.execPath, [script, JSON.stringify({ ...job, progress })], { stdio: ['ignore', 'pipe', 'pipe'] })
  let seed = ''
  let changed = Date.now()
  const hung = new AbortController()
  const look = setInterval(() => {
    const now = seedIn(progress)
    if (now !== seed) changed = Date.now()
    seed = now
    // Starting may take its time.
    if (Date.now() - changed < (seed === '' ? SILENT_MS : silentMs)) return
    hung.abort()
    child.kill('SIGKILL')
  }, LOOK_MS)
  try {
    const [output, complaint] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')])
    const where = `seed ${seedIn(progress)} of ${job.part} with ${job.kind}, in ${job.fields.join()}`
    if (hung.signal.aborted) throw new Error(`it hung for ${silentMs} ms: ${where}`)
    if (child.signalCode !== null) throw new Error(`it died of ${child.signalCode}: ${where}`)
    if (child.exitCode !== 0) throw new Error(complaint)
    return JSON.parse(output) as Tally
  } finally {
    clearInterval(look)
    rmSync(folder, { recursive: true })
  }
}

/** The seed that was noted last; nothing before the first. */
function seedIn(progress: string): string {
  try {
    return readFileSync(progress, 'utf8').trim()
  } catch {
    return ''
  }
}
