// What a person would type, without a process: a command runs on the given stores and its output is collected.
import { Readable, Writable } from 'node:stream'
import { run } from '../../src/cli/command-line.ts'
import type { Surroundings } from '../../src/cli/surroundings.ts'

export interface Typed {
  code: number
  output: string
  errors: string
}

export type Terminal = (args: string[], input?: string | Uint8Array) => Promise<Typed>

export const terminal =
  (open: Surroundings['open'], isTTY = false): Terminal =>
  async (args, input = '') => {
    const output = collector()
    const errors = Object.assign(collector(), { isTTY })
    const code = await run(args, { open, input: Readable.from([Buffer.from(input)]), output, errors })
    return { code, output: output.text(), errors: errors.text() }
  }

function collector(): Writable & { text(): string } {
  const chunks: Buffer[] = []
  const stream = new Writable({
    write(chunk: Buffer, _encoding, done) {
      chunks.push(chunk)
      done()
    },
  })
  return Object.assign(stream, { text: () => Buffer.concat(chunks).toString('latin1') })
}
