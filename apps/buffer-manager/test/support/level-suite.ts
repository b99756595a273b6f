// Runs abstract-level's own suite, as npm has it, and prints its TAP: `node level-suite.ts <model|store|broken>
// <directory>`. Each database of the suite has a directory of its own. 'broken' is one over the model whose iterators
// do not seek.
import { createRequire } from 'node:module'
import { join } from 'node:path'
import type { AbstractDatabaseOptions } from 'abstract-level'
import { StoreError } from '../../src/errors.ts'
import { LevelIterator } from '../../src/level/iterator.ts'
import { LevelOfStore } from '../../src/level/level-of-store.ts'
import { kinds } from './kinds.ts'

type Options = AbstractDatabaseOptions<string, string>

const require = createRequire(import.meta.url)
const test: unknown = require('tape')
const suite = require('abstract-level/test') as (common: {
  test: unknown
  factory(options?: Options): LevelOfStore
}) => void

const [which, directory] = process.argv.slice(2)
if (which === 'broken') LevelIterator.prototype._seek = () => undefined

const open = kinds[which === 'store' ? 'store' : 'model'].opener()
let made = 0

suite({
  test,
  factory(options) {
    const path = join(directory, String(made++))
    return new LevelOfStore(async (own) => {
      try {
        return await open(path, own)
      } catch (error) {
        // tape prints no causes, and the suite expects only this one.
        if (!(error instanceof StoreError && error.code === 'NOT_A_STORE')) console.error(error)
        throw error
      }
    }, options)
  },
})
