// Module hooks for a worker or a child process that is started with `--import` of this file: `#atomics` leads to the
// observed operations, our packages' names lead to their sources, and mutants are planted in what is loaded. They run in
// the thread itself, synchronously (`module.registerHooks`).
import { registerHooks } from 'node:module'
import { checkMutants, givenMutants, mutated } from './mutants.ts'
import { sourceOf } from './sources.ts'

const atomics = new URL('atomics.ts', import.meta.url).href
const mutants = givenMutants()

checkMutants(mutants)

registerHooks({
  resolve(specifier, context, nextResolve) {
    const url = specifier === '#atomics' ? atomics : sourceOf(specifier)
    return url === null ? nextResolve(specifier, context) : { url, format: 'module-typescript', shortCircuit: true }
  },
  load(url, context, nextLoad) {
    const source = mutated(mutants, url)
    return source === null ? nextLoad(url, context) : { format: 'module-typescript', source, shortCircuit: true }
  },
})
