// A process that fills a store with four times what its pool has, reads and writes it by chance, and prints how much larger it
// was afterwards than before: `node --expose-gc --max-semi-space-size=2 resident.ts <path> <backend>
// <cacheBytes>` (with little room for garbage, which is JavaScript's own affair).
import type { BackendChoice } from '../../src/api.ts'
import { open } from '../../src/index.ts'
import { keyOf } from './entries.ts'
import { randomFrom } from './random.ts'

const VALUE_BYTES = 900

const [path, backend, cache] = process.argv.slice(2)
const cacheBytes = Number(cache)
const entries = (4 * cacheBytes) / VALUE_BYTES

const rss = (): number => {
  // Twice: what has finalizers goes at the second time.
  for (let i = 0; i < 2; i++) globalThis.gc?.()
  return process.memoryUsage.rss()
}
const before = rss()
let most = 0
const look = (): void => {
  most = Math.max(most, rss() - before)
}

const store = await open(path, { backend: backend as BackendChoice, cacheBytes, sync: 'off' })
function* all(): Generator<[string, string]> {
  for (let i = 0; i < entries; i++) yield [keyOf(i), String(i).padEnd(VALUE_BYTES, '.')]
}
const loaded = await store.load(all())
look()
const random = randomFrom(1)
const key = (): string => keyOf(random(entries))
for (let round = 0; round < 20; round++) {
  for (let i = 0; i < 500; i++) {
    const at = random(entries)
    if (parseInt(store.getSync(keyOf(at)) ?? '', 10) !== at) throw new Error(`entry ${at} is not what was put`)
  }
  await store.getMany(Array.from({ length: 500 }, key))
  for (let i = 0; i < 200; i++) {
    const at = random(entries)
    store.putSync(keyOf(at), String(at).padEnd(VALUE_BYTES, ':'))
  }
  look()
}
let scanned = 0
for await (const found of store.keys()) scanned += Number(found.length > 0)
look()
await store.checkpoint()
look()
const { evictions, poolPages, resident } = store.stats()
await store.close()
console.log(JSON.stringify({ most, loaded, scanned, evictions, poolPages, resident }))
