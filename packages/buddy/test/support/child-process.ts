// Another process on the same memory, which it inherits as descriptor 3: attaches by name, takes and gives, and says how
// many frames it has seen.
import { openMemory } from '@parperos/alloc-api/native'
import { Buddy } from '../../src/index.ts'
import { backends } from './backends.ts'

const [kind, slot, count] = process.argv.slice(2)
const memory = await openMemory({ fd: 3 })
using allocator = await Buddy.attach({ backend: backends[kind as keyof typeof backends], memory, slot: Number(slot) })
let seen = 0
for (let i = 0; i < Number(count); i++) {
  const order = i % 4
  allocator.put(allocator.get(order), order)
  seen += 1 << order
}
console.log(String(seen))
