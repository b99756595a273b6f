// Recovers and examines what a kill left, once more: `node …/examine-file.ts <file> <backend that recovers>`. The file
// stays as it is.
import { readFileSync } from 'node:fs'
import { backends } from '../backends.ts'
import { examineBrokenOff } from './wreck.ts'

const [path, kind] = process.argv.slice(2)
const backend = Object.values(backends).find((one) => one.kind === kind)
if (!path || !backend) {
  console.error(`usage: node examine-file.ts <file> <${Object.keys(backends).join(' | ')}>`)
  process.exit(2)
}
await examineBrokenOff(readFileSync(path), [], backend.kind)
console.log('everything that was owned is owned once')
