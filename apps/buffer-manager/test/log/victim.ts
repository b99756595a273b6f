// A process that appends records, tells which of them have been acknowledged, and is killed: `node victim.ts <work>`.
import { writeSync } from 'node:fs'
import { Log } from '../../src/log/log.ts'
import { lastSegment } from '../../src/log/read.ts'
import type { SyncMode } from '../../src/api.ts'
import { logRegion, options, payloadOf } from './opened.ts'

export interface Victim {
  directory: string
  sync: SyncMode
  sequence: number
}

const { directory, sync, sequence: first } = JSON.parse(process.argv[2]) as Victim
const given = { sync, groupMs: 3, sequence: first, first: lastSegment(directory) + 1, segmentBytes: 2 ** 20 }
const log = Log.create(directory, await logRegion(), options(given))
const tell = (sequence: number): void => {
  writeSync(1, `${sequence}\n`)
}
tell(0)
for (let sequence = first; ; ) {
  const waiting: Promise<void>[] = []
  for (let i = 0; i < 10; i++) {
    const mine = sequence++
    waiting.push(log.acknowledged(log.append(mine, [payloadOf(mine)])).then(() => tell(mine)))
  }
  await Promise.all(waiting)
  for (let i = 0; i < 10; i++) {
    log.acknowledgedSync(log.append(sequence, [payloadOf(sequence)]))
    tell(sequence++)
  }
}
