// Which stores from npm can run on this machine, and what kind of disk durable writes go to.
import { statfsSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { storeDirectory } from './directory.ts'
import { newKey, newValue } from './entries.ts'
import { kinds, peers, type StoreName } from './kinds.ts'

export interface PeersHere {
  peers: StoreName[]
  /** One sentence for each that cannot. */
  notes: string[]
}

/** The file system in memory (TMPFS_MAGIC). */
const TMPFS = 0x01021994

/** Tries each of them. */
export async function peersHere(names: readonly StoreName[] = peers): Promise<PeersHere> {
  const here: PeersHere = { peers: [], notes: [] }
  for (const name of names) {
    const why = await refusal(name)
    if (why === null) here.peers.push(name)
    else here.notes.push(`${name} is not measured, since it does not run here: ${why}`)
  }
  return here
}

export function diskNotes(): string[] {
  if (statfsSync(tmpdir()).type !== TMPFS) return []
  return [`${tmpdir()} is a file system in memory: durable writes and reads past the pool do not meet a disk.`]
}

/** A package without a binary for this machine loads or opens with an error. */
async function refusal(name: StoreName): Promise<string | null> {
  using directory = storeDirectory()
  try {
    const options = { cacheBytes: 2 ** 20, valueBytes: 8, durable: false, workers: 1 }
    const store = await (await kinds[name]()).open(directory.path, options)
    await store.put(newKey(1), newValue(1, 8))
    const found = store.get(newKey(1))
    await store.close()
    return found ? null : 'it does not find what it has stored'
  } catch (error) {
    return (error instanceof Error ? error.message : String(error)).split('\n')[0]
  }
}
