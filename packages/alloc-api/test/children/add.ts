// A process that adds to word 0 of the memory behind descriptor 3, as often as it is told, at the same time as its
// parent.
import { openMemory } from '../../src/native.ts'

using memory = await openMemory({ fd: 3 })
const words = memory.find('words')?.words() ?? new Int32Array(8)
Atomics.store(words, 1, 1)
while (Atomics.load(words, 2) === 0);
for (let i = Number(process.argv[2]); i > 0; i--) Atomics.add(words, 0, 1)
console.log('{}')
