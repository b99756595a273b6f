// `stats` and `check`: what is in a store, and whether it is whole.
import type { StoreInfo, StoreStats } from '../api.ts'
import { forReading, withStoreOpen, type StoreFlags } from './options.ts'
import { Progress } from './progress.ts'
import { readable } from './sizes.ts'
import type { Surroundings } from './surroundings.ts'

const PAGE_BYTES = 4096

interface Inspected {
  stats: StoreStats
  info: StoreInfo
  /** Entries of each tree; the store's own is ''. */
  trees: Record<string, number>
}

export async function stats(
  surroundings: Surroundings,
  path: string,
  flags: StoreFlags & { json?: true },
): Promise<void> {
  const found = await withStoreOpen(surroundings, path, forReading(flags), (store): Promise<Inspected> => {
    const trees = {
      '': store.count(),
      ...Object.fromEntries(store.treeNames().map((name) => [name, store.tree(name).count()])),
    }
    return Promise.resolve({ stats: store.stats(), info: store.info(), trees })
  })
  surroundings.output.write(flags.json ? `${JSON.stringify(found)}\n` : table(found))
}

function table({ stats: { pages, freePages, entries }, info, trees }: Inspected): string {
  const names = Object.entries(trees).filter(([name]) => name !== '')
  const rows = [
    ['entries', entries.toLocaleString('en')],
    ...names.map(([name, count]) => [`  in ${JSON.stringify(name)}`, count.toLocaleString('en')]),
    [
      'pages',
      `${pages.toLocaleString('en')} (${readable(pages * PAGE_BYTES)}), ${freePages.toLocaleString('en')} of them free`,
    ],
    ['grows to', readable(info.maxBytes)],
    ['backend', info.chosen.join('; ')],
    ['pages get memory by', info.way],
    ['input and output by', info.io],
  ]
  const width = Math.max(...rows.map(([name]) => name.length))
  return rows.map(([name, value]) => `${name.padEnd(width)}  ${value}\n`).join('')
}

export async function check(
  surroundings: Surroundings,
  path: string,
  flags: StoreFlags & { json?: true },
): Promise<void> {
  const progress = new Progress(surroundings.errors, 'checking')
  try {
    const { entries, trees, pages } = await withStoreOpen(surroundings, path, forReading(flags), async (store) => {
      await store.validate()
      return store.stats()
    })
    const { seconds } = progress
    const result = { whole: true, entries, trees, pages, seconds: Number(seconds.toFixed(3)) }
    surroundings.output.write(
      flags.json
        ? `${JSON.stringify(result)}\n`
        : `the store is whole: ${entries} entries, ${pages} pages, checked in ${seconds.toFixed(1)} s\n`,
    )
  } finally {
    progress.end()
  }
}
