// The browser of the npm packages, unpacked into a fresh cache by two processes at once.
import { execFile } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'

const run = promisify(execFile)
const MODULE = new URL('../src/unpack.ts', import.meta.url).href

test.runIf(process.platform === 'linux' && process.arch === 'x64')(
  'two processes that unpack at once leave one browser, which runs',
  async () => {
    const cache = mkdtempSync(join(tmpdir(), 'browser-unpack-'))
    const code = `
      const { unpackedChromium } = await import(${JSON.stringify(MODULE)})
      console.log((await unpackedChromium(${JSON.stringify(cache)})).executablePath)`
    const unpack = async (): Promise<string> => {
      const { stdout } = await run(process.execPath, ['--input-type=module', '--eval', code])
      return stdout.trim()
    }
    try {
      const [first, second] = await Promise.all([unpack(), unpack()])
      expect(second).toBe(first)
      expect(readdirSync(cache)).toHaveLength(1)
      expect((await run(first, ['--version'])).stdout).toMatch(/^Chromium \d+/)
    } finally {
      rmSync(cache, { recursive: true })
    }
  },
)
