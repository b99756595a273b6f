// The Chromium that comes with the npm packages. @sparticuz/chromium carries it compressed and unpacks it into the
// folder that TMPDIR names, without a guard against two processes that do so at once or a first one that was killed
// half-way. So a child process unpacks into a folder of its own, which then gets its final name in one rename: whoever
// finds the final name finds everything, and of two that race one rename wins.
import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const CACHE = fileURLToPath(new URL('../.build/', import.meta.url))
const PACKAGE = fileURLToPath(new URL('../package.json', import.meta.url))
const UNPACK = "import chromium from '@sparticuz/chromium'; await chromium.executablePath()"

/** What starts the unpacked browser. */
export interface UnpackedChromium {
  executablePath: string
  /** Environment variables that it needs: where its fonts are, for machines that have none. */
  env: Record<string, string>
}

/** The browser of the npm packages; unpacks it (200 MB, about 2 s) when `cache` does not have it yet. */
export async function unpackedChromium(cache = CACHE): Promise<UnpackedChromium> {
  const folder = join(cache, `chromium-${await version()}`)
  if (!existsSync(folder)) await unpack(cache, folder)
  return { executablePath: join(folder, 'chromium'), env: { FONTCONFIG_FILE: join(folder, 'fonts.conf') } }
}

async function version(): Promise<string> {
  const { dependencies } = JSON.parse(await readFile(PACKAGE, 'utf8')) as { dependencies: Record<string, string> }
  return dependencies['@sparticuz/chromium']
}

async function unpack(cache: string, folder: string): Promise<void> {
  await mkdir(cache, { recursive: true })
  const own = await mkdtemp(join(cache, 'unpacking-'))
  try {
    await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', UNPACK], {
      cwd: fileURLToPath(new URL('.', import.meta.url)),
      env: { ...process.env, TMPDIR: own, NODE_OPTIONS: '' },
    })
    await writeFile(join(own, 'fonts.conf'), fontsConf(join(folder, 'fonts')))
    await rename(own, folder)
  } catch (cause) {
    await rm(own, { recursive: true, force: true })
    // Another process was quicker: its folder is as good.
    if (!existsSync(folder)) throw cause
  }
}

/** The system's fonts where there are any, and those that came with the browser. */
const fontsConf = (fonts: string): string => `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <include ignore_missing="yes">/etc/fonts/fonts.conf</include>
  <dir>${fonts}</dir>
</fontconfig>
`
