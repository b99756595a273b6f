// An area over a block device: it has an end that nobody can move, and past the page cache it wants whole sectors.
import { FRAME_BYTES, type PageRun, type RunResult } from '@parperos/alloc-api'
import { status } from '@parperos/alloc-api/driver'
import { canTest } from '@parperos/presets/backends'
import { describe, expect, it } from 'vitest'
import type { ExMapArea } from '../src/index.ts'
import { kinds } from './support/backends.ts'
import { blockDevice, blockDevicesUnavailable } from './support/block-device.ts'
import { patternedFile } from './support/file.ts'
import { expectWhole } from './support/native-open.ts'
import { open } from './support/open.ts'
import { bytesOf, pattern } from './support/page-bytes.ts'

const run = (page: number, count = 1): PageRun => ({ page, count })
const results = (area: ExMapArea, count: number): RunResult[] =>
  Array.from({ length: count }, (_, index) => area.io.result(index))

describe.skipIf(!canTest({ kind: 'block device', component: 'exmap', unavailable: blockDevicesUnavailable }))(
  'a block device',
  () => {
    const cases = kinds.flatMap((kind) => [true, false].map((direct) => ({ kind, direct })))
    it.each(cases)('is a file as well ($kind, direct: $direct)', async ({ kind, direct }) => {
      using file = patternedFile(256 * FRAME_BYTES)
      using device = blockDevice(file.path)
      const world = await open(kind, { pages: 300, poolFrames: 512, file: { path: device.path, direct } })
      const { area } = world
      expect(area.info().whyNotBetter.filter((reason) => reason.startsWith('direct'))).toEqual([])
      expect(await area.io.read([run(200, 100), run(7)])).toBe(57)
      expect(results(area, 2)).toEqual([
        { done: 56, status: status.END_OF_FILE },
        { done: 1, status: 0 },
      ])
      for (const page of [200, 255, 7]) expect(Buffer.from(bytesOf(area, page)).equals(pattern(page))).toBe(true)
      bytesOf(area, 255).set(pattern(255, 1))
      expect(area.io.writeSync([run(255)])).toBe(1)
      area.io.free([run(255)])
      expect(area.io.readSync([run(255), run(256)])).toBe(1)
      expect(Buffer.from(bytesOf(area, 255)).equals(pattern(255, 1))).toBe(true)
      area.io.alloc([run(299)])
      expect(area.io.writeSync([run(299)])).toBe(0)
      expect(area.io.result(0).status).toBe(status.IO_ERROR)
      expectWhole(world)
      area.close()
    })
  },
)
