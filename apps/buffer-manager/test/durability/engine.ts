// What a store is made of, for tests that look behind its face.
import type { Store } from '../../src/index.ts'
import type { Engine } from '../../src/store/engine.ts'
import { OpenStore } from '../../src/store/store.ts'

export function engineOf(store: Store): Engine {
  if (store instanceof OpenStore) return store.engine
  throw new Error('this store is not one of ours')
}
