// A log for a test, in a folder of its own or on whatever stands in for one, and payloads that can be told from each other.
import { createMemory, type Region } from '@parperos/alloc-api'
import { Random } from '@parperos/alloc-api/conformance'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Log, type LogOptions } from '../../src/log/log.ts'
import type { LogRecord } from '../../src/log/read.ts'

export const RING_BYTES = 2 ** 18

/** The shared words of a log. */
export async function logRegion(ringBytes = RING_BYTES): Promise<Region> {
  const bytes = Log.bytesFor(ringBytes)
  const memory = await createMemory({ backend: 'sab', bytes: bytes + 2 ** 16 })
  return memory.region(bytes, 'log')
}

export const options = (given: Partial<LogOptions> = {}): LogOptions => ({
  sync: 'full',
  groupMs: 10,
  segmentBytes: 2 ** 26,
  first: 1,
  sequence: 1,
  ...given,
})

export interface TestFolder extends Disposable {
  readonly path: string
}

export function testFolder(): TestFolder {
  const path = mkdtempSync(join(tmpdir(), 'parperos-log-'))
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) }
}

/** The payload of record `sequence`: its length is up to `most`, or now and then longer than a fragment. */
export function payloadOf(sequence: number, most = 300): Uint8Array {
  const random = new Random(sequence * 7919 + 1)
  const length = random.below(60) === 0 ? random.below(200_000) : random.below(most + 1)
  const bytes = new Uint8Array(length)
  for (let i = 0; i < length; i++) bytes[i] = random.below(256)
  return bytes
}

/** A payload as a commit would hand it over: in parts of odd lengths, some of them empty. */
export function inParts(payload: Uint8Array, random: Random): Uint8Array[] {
  const parts: Uint8Array[] = []
  for (let at = 0; at < payload.length;) {
    const length = random.below(4) === 0 ? random.below(90_000) : random.below(40)
    parts.push(payload.subarray(at, at + length))
    at += length
  }
  return parts
}

/** Throws unless the records are those with the payloads of `payloadOf`, from `first` on; how many they are. */
export function countRecords(records: Iterable<LogRecord>, first = 1, payload = payloadOf): number {
  let next = first
  for (const { sequence, payload: found } of records) {
    if (sequence !== next) throw new Error(`record ${sequence} where ${next} should be`)
    if (Buffer.compare(found, payload(sequence)) !== 0) throw new Error(`record ${sequence} is not what was appended`)
    next++
  }
  return next - first
}
