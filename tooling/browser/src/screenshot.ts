// A picture of an HTML file, for looking at reports where no screen is. The file is loaded as it is, from disk.
import { access } from 'node:fs/promises'
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { launch } from './chromium.ts'

export interface ScreenshotOptions {
  htmlFile: string
  /** Where the PNG goes. */
  out: string
  /** In CSS pixels. Default 1280. */
  width?: number
  /** In CSS pixels. Default: as high as the page is. */
  height?: number
}

/** Writes a PNG of an HTML file. Throws `BrowserUnavailableError`, or what reading or writing the files threw. */
export async function screenshot({ htmlFile, out, width = 1280, height }: ScreenshotOptions): Promise<void> {
  await access(htmlFile)
  await using browser = await launch()
  const page = await browser.newPage({ viewport: { width, height: height ?? 800 } })
  await page.goto(pathToFileURL(resolve(htmlFile)).href, { waitUntil: 'load' })
  await page.screenshot({ path: out, type: 'png', fullPage: height === undefined })
}
