#!/usr/bin/env node
// browser-screenshot: a picture of an HTML file. Exit code 0 when it was written, 1 when not, 2 for misuse.
import { Command, CommanderError, InvalidArgumentError } from 'commander'
import { screenshot } from './screenshot.ts'

const pixels = (text: string): number => {
  const value = Number(text)
  if (Number.isInteger(value) && value >= 1 && value <= 16384) return value
  throw new InvalidArgumentError('It is a whole number of pixels from 1 to 16384.')
}

const program = new Command('browser-screenshot')
  .description('Writes a PNG of an HTML file, as headless Chromium shows it.')
  .argument('<file.html>')
  .argument('<out.png>')
  .option('--width <pixels>', 'width of the window', pixels, 1280)
  .option('--height <pixels>', 'height of the window (default: as high as the page is)', pixels)
  .exitOverride()
  .showHelpAfterError('(browser-screenshot --help tells more)')
  .action(async (htmlFile: string, out: string, size: { width: number; height?: number }) => {
    await screenshot({ htmlFile, out, ...size })
    process.stdout.write(`wrote ${out}\n`)
  })

try {
  await program.parseAsync()
} catch (error) {
  if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? 0 : 2
  else {
    process.stderr.write(`browser-screenshot: ${error instanceof Error ? error.message : String(error)}\n`)
    process.exitCode = 1
  }
}
