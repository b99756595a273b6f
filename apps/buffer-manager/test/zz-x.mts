import { Explorer } from '@parperos/interleave'
import * as scenes from './pool-interleave/scenes.ts'
const explorer = new Explorer()
const only = process.argv[3]
for (const name of Object.keys(scenes)) {
  if (only && only !== name) continue
  const { schedules, failures, exhausted, seconds } = await explorer.explore(new URL(`pool-interleave/scenes.ts#${name}`, import.meta.url), { preemptions: Number(process.argv[2]) , seconds: 30})
  console.log(name.padEnd(34), schedules, seconds.toFixed(2), exhausted)
  for (const f of failures) console.log(f.message, f.text)
}
await explorer[Symbol.asyncDispose]()
