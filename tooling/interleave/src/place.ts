// Where in the scenario's or the algorithm's source a step was called: file and line of the innermost frame that belongs
// to neither this tool nor what it stands in for.
import { fileURLToPath } from 'node:url'

/** Frames of these folders are the tool's own. */
const own = [new URL('./', import.meta.url), new URL('../../observe/src/', import.meta.url)].map((url) => url.href)

const DEPTH = 24

/** `file.ts:12`, the file relative to the current folder. */
export function whereCalled(): string {
  const depth = Error.stackTraceLimit
  Error.stackTraceLimit = DEPTH
  const stack = new Error().stack ?? ''
  Error.stackTraceLimit = depth
  for (const line of stack.split('\n').slice(1)) {
    const match = /(file:\S+?):(\d+):\d+\)?$/.exec(line)
    if (!match || own.some((folder) => match[1].startsWith(folder))) continue
    return `${shortened(fileURLToPath(match[1]))}:${match[2]}`
  }
  return '?'
}

function shortened(path: string): string {
  const here = `${process.cwd()}/`
  return path.startsWith(here) ? path.slice(here.length) : path
}
