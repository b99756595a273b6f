// Which browser runs: the one that PARPEROS_CHROMIUM names and no other; else the one from the npm packages; else an
// installed Chromium or Chrome. A candidate counts only when it starts: a binary that lacks a library is passed over.
// Playwright gives each browser a profile of its own, and removes it and every process when the browser is closed or
// this process ends.
import { existsSync } from 'node:fs'
import { chromium, type Browser, type LaunchOptions } from 'playwright-core'
import { unpackedChromium } from './unpack.ts'

/** No browser could be started; the message says for each candidate why not, and what to do. */
export class BrowserUnavailableError extends Error {
  override readonly name = 'BrowserUnavailableError'
}

interface Candidate {
  name: string
  options: () => LaunchOptions | Promise<LaunchOptions>
}

// Playwright itself turns off the sandbox, updates, sync and all background traffic but this.
const FLAGS = ['--disable-gpu', '--disable-quic']

const INSTALLED = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
]

function candidates(): Candidate[] {
  const named = process.env.PARPEROS_CHROMIUM
  if (named) return [installed(named, `PARPEROS_CHROMIUM=${named}`)]
  const carried = process.platform === 'linux' && process.arch === 'x64'
  const fromNpm = { name: 'the Chromium from npm', options: carriedOptions }
  return [...(carried ? [fromNpm] : []), ...INSTALLED.map((path) => installed(path))]
}

/** Looked for here, since Playwright leaves a profile behind when it does not find the file. */
const installed = (path: string, name = path): Candidate => ({
  name,
  options: () => {
    if (!existsSync(path)) throw new Error('there is no such file')
    return { executablePath: path }
  },
})

async function carriedOptions(): Promise<LaunchOptions> {
  const { executablePath, env } = await unpackedChromium()
  return { executablePath, env: { ...process.env, ...env } }
}

/** Starts the first browser that runs here. Throws {@link BrowserUnavailableError} when none does. */
export async function launch(): Promise<Browser> {
  const reasons: string[] = []
  for (const { name, options } of candidates()) {
    try {
      return await chromium.launch({ ...(await options()), headless: true, args: FLAGS })
    } catch (cause) {
      reasons.push(`${name}: ${reasonOf(cause)}`)
    }
  }
  throw new BrowserUnavailableError(
    `no Chromium could be started (${reasons.join('; ')}); set PARPEROS_CHROMIUM to the path of one`,
  )
}

/** Null when a browser can be started here, else one sentence that says why not. */
export async function browserUnavailable(): Promise<string | null> {
  try {
    const browser = await launch()
    await browser.close()
    return null
  } catch (error) {
    if (error instanceof BrowserUnavailableError) return error.message
    throw error
  }
}

/** Of all that Playwright prints, what the browser itself said last, else what Playwright says first. */
function reasonOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error)
  const said = /^\[pid=\d+\]\[err\] (.*)$/gm
  return [...text.matchAll(said)].at(-1)?.[1] ?? text.split('\n')[0].replace(/^browserType\.launch: /, '')
}
