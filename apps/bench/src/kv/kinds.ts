// The registry of stores. Each is loaded in the processes that measure it; those of other people may not be there on
// this machine (their binaries come with the package, or not at all), and then a sentence says why.
import type { KeyValueKind } from './key-value.ts'

export const kinds = {
  parperos: async () => (await import('./ours.ts')).ours,
  lmdb: async () => (await import('./lmdb.ts')).lmdb,
  'better-sqlite3': async () => (await import('./sqlite.ts')).sqlite,
  'classic-level': async () => (await import('./level.ts')).level,
} satisfies Record<string, () => Promise<KeyValueKind>>

export type StoreName = keyof typeof kinds
export const OURS: StoreName = 'parperos'
export const peers = (Object.keys(kinds) as StoreName[]).filter((name) => name !== OURS)
