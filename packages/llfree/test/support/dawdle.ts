// For a worker that is started with `--import` of this file: the TypeScript backend dawdles. Now and then it sleeps
// before an atomic step, in the middle of an operation, so that other workers of any kind do whole operations
// meanwhile, even on a machine with fewer processors than workers. Nothing of the algorithm is changed.
import { registerHooks } from 'node:module'

const dawdling = new URL('dawdling-atomics.ts', import.meta.url).href
const sources = new URL('../../src/', import.meta.url).href

registerHooks({
  resolve: (specifier, context, nextResolve) =>
    specifier === '#atomics' && context.parentURL?.startsWith(sources)
      ? { url: dawdling, format: 'module-typescript', shortCircuit: true }
      : nextResolve(specifier, context),
})
