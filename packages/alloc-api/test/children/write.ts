// A process that makes a memory in a file, writes to it, says so, and waits to be killed.
import { native } from '../../src/native.ts'

const memory = await native.create({ bytes: 1 << 20, path: process.argv[2] })
memory.region(8192, 'left').words().set([1, 2, 3, 4])
console.log('written')
setInterval(() => undefined, 1000)
