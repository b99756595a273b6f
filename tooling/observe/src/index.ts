// Sees every access of an algorithm to shared words, without changing the algorithm: observed words for plain accesses,
// hooks that put themselves in the place of `#atomics` for the others.
export { observe, rawOf } from './observe.ts'
export { observedAtomics } from './global.ts'
export { setObserver, type Access, type Observer } from './observer.ts'
export { MUTANTS, unplanted, type Mutant } from './mutants.ts'
export { root } from './sources.ts'
export type { Words } from '@parperos/alloc-api/atomics'

/** For `execArgv: ['--import', hooksUrl]` of workers and child processes whose code is to be observed. */
export const hooksUrl: string = new URL('hooks.ts', import.meta.url).href
