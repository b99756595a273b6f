// Serves the repository to one page: files under their paths, modules made loadable on the way, with the headers that
// make a page cross-origin isolated. Only this machine can reach it, at a port that the system chooses.
import { lookup } from 'mrmime'
import { readFile } from 'node:fs/promises'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join, relative } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { browserModule, ModuleError } from './module.ts'

const HEADERS = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Cache-Control': 'no-store',
}

interface Reply {
  status: number
  type: string
  body: string | Buffer
}

export interface Server extends AsyncDisposable {
  /** `http://127.0.0.1:<port>` */
  readonly origin: string
  /** What could not be served, and why: a browser only says that a module did not load. */
  readonly problems: string[]
}

/** Serves `root`, and `html` at `/`, until it is disposed of. */
export async function serve(root: string, html: string): Promise<Server> {
  const problems: string[] = []
  const server = createServer((request, response) => {
    void reply(root, html, request, problems).then((made) => send(response, made))
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(0, '127.0.0.1', resolve)
  })
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    problems,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

async function reply(root: string, html: string, request: IncomingMessage, problems: string[]): Promise<Reply> {
  const asked = request.url ?? '/'
  if (asked === '/') return { status: 200, type: 'text/html; charset=utf-8', body: html }
  try {
    return await file(asked, root)
  } catch (error) {
    const known = error instanceof ModuleError
    const problem = known ? error.message : `${asked}: ${error instanceof Error ? error.message : String(error)}`
    problems.push(problem)
    return { status: known ? 500 : 404, type: 'text/plain; charset=utf-8', body: problem }
  }
}

async function file(asked: string, root: string): Promise<Reply> {
  const url = pathToFileURL(join(root, decodeURIComponent(asked.replace(/\?.*/, ''))))
  if (relative(root, fileURLToPath(url)).startsWith('..')) throw new Error('it is outside of what is served')
  const body = await readFile(url)
  if (/\.[mc]?[jt]s$/.test(url.pathname)) {
    return { status: 200, type: 'text/javascript', body: await browserModule(body.toString(), url, root) }
  }
  return { status: 200, type: lookup(url.pathname) ?? 'application/octet-stream', body }
}

function send(response: ServerResponse, { status, type, body }: Reply): void {
  response.writeHead(status, { ...HEADERS, 'Content-Type': type }).end(body)
}
