// All checks, in the order in which they run: the quick ones first.
import type { Check } from '../check.ts'
import { dead } from './dead.ts'
import { generated } from './generated.ts'
import { imports } from './imports.ts'
import { layout } from './layout.ts'
import { manifests } from './manifests.ts'
import { readme } from './readme.ts'
import { words } from './words.ts'

export const checks: readonly Check[] = [layout, manifests, imports, words, dead, generated, readme]
