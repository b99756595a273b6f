// Workers that take as many steps as the module's address says (`steps.ts?counts=3,4`), all on one word, or each on its own.
import { add, type Words } from '#atomics'

const parameters = new URL(import.meta.url).searchParams
const counts = (parameters.get('counts') ?? '').split(',').map(Number)
const apart = parameters.has('apart')

export const words = counts.length

export const workers = counts.map((count, worker) => (memory: Words) => {
  for (let i = 0; i < count; i++) add(memory, apart ? worker : 0, 1)
})

export const check = (): void => undefined
