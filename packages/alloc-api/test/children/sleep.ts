// A process that sleeps on word 0 of the memory behind descriptor 3 until its parent wakes it.
import { futexWait, openMemory } from '../../src/native.ts'

using memory = await openMemory({ fd: 3 })
const region = memory.find('words')
if (!region) throw new Error('there is no Region named words')
const words = region.words()
const first = futexWait(region, 0, 0, 30_000)
while (Atomics.load(words, 0) === 0) futexWait(region, 0, 0, 30_000)
Atomics.store(words, 2, 1)
console.log(JSON.stringify({ value: Atomics.load(words, 0), first }))
