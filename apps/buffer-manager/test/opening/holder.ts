// Another process that has a store open for writing until it is killed.
import { open } from '../../src/index.ts'

const store = await open(process.argv[2], { backend: 'sab' })
await store.put('from', String(process.pid))
process.stdout.write('open\n')
setInterval(() => undefined, 1000)
