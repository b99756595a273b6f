// A process that opens a memory (descriptor 3, or a path), tells what it finds, and changes it.
import { openMemory } from '../../src/native.ts'

const [where] = process.argv.slice(2)
using memory = await openMemory(where === 'fd' ? { fd: 3 } : { path: where })
const names = memory.names()
const words = memory.find('words')?.words() ?? new Int32Array(8)
const found = Atomics.add(words, 5, 1)
memory.region(4096, 'theirs').words()[0] = 77
console.log(JSON.stringify({ bytes: memory.bytes, names, found }))
