// What the server hands out: headers, types, modules made loadable, and nothing from outside of its root.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { serve, type Server } from '../src/server.ts'

const root = mkdtempSync(join(tmpdir(), 'browser-server-'))
let server: Server

function write(path: string, content: string | Uint8Array): void {
  mkdirSync(join(root, path, '..'), { recursive: true })
  writeFileSync(join(root, path), content)
}

beforeAll(async () => {
  const manifest = { name: 'one', exports: { './part': './src/part.ts' }, imports: { '#inner': './src/inner.ts' } }
  write('one/package.json', JSON.stringify(manifest))
  write('one/src/part.ts', "import { inner } from '#inner'\nexport const part: number = inner\n")
  write('one/src/inner.ts', 'export const inner = 1\n')
  write('one/src/later.ts', "export const later = () => [import('one/part'), import('node:fs'), import('./inner.ts')]\n")
  write('one/src/nowhere.ts', "export * from 'not-installed'\n")
  write('one/src/enum.ts', 'export enum Colour { red }\n')
  write('one/core.wasm', new Uint8Array([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0]))
  server = await serve(root, '<!doctype html>')
})

afterAll(async () => {
  await server[Symbol.asyncDispose]()
  rmSync(root, { recursive: true })
})

const text = async (path: string): Promise<string> => await (await fetch(server.origin + path)).text()

/** The status for a path as it is: `fetch` would take `..` out of it. */
const statusOf = (path: string): Promise<number | undefined> =>
  new Promise((resolve, reject) => {
    const sent = request(server.origin, { path }, (response) => {
      response.resume()
      resolve(response.statusCode)
    })
    sent.on('error', reject).end()
  })

test('every answer has the headers of cross-origin isolation', async () => {
  for (const path of ['/', '/one/core.wasm', '/nothing']) {
    const { headers } = await fetch(server.origin + path)
    expect(headers.get('cross-origin-opener-policy')).toBe('same-origin')
    expect(headers.get('cross-origin-embedder-policy')).toBe('require-corp')
    expect(headers.get('cross-origin-resource-policy')).toBe('same-origin')
  }
})

test('a WebAssembly module has the type that compileStreaming asks for', async () => {
  const module = await WebAssembly.compileStreaming(fetch(`${server.origin}/one/core.wasm`))
  expect(module).toBeInstanceOf(WebAssembly.Module)
})

test('types are blanked out, and names of packages and of # imports become paths', async () => {
  expect(await text('/one/src/part.ts')).toBe(
    "import { inner } from '/one/src/inner.ts'\nexport const part         = inner\n",
  )
})

test('imports on demand become paths too, except those that only Node has', async () => {
  expect(await text('/one/src/later.ts')).toBe(
    "export const later = () => [import('/one/src/part.ts'), import('node:fs'), import('./inner.ts')]\n",
  )
})

test.each([
  ['/one/src/nowhere.ts', /^\/one\/src\/nowhere\.ts: Cannot find package 'not-installed'/],
  ['/one/src/enum.ts', /^\/one\/src\/enum\.ts: line 1: .*enum.* not supported/],
  ['/one/src/absent.ts', /^\/one\/src\/absent\.ts: ENOENT/],
])('what cannot be served is a problem that names the file: %s', async (path, problem) => {
  expect(await text(path)).toMatch(problem)
  expect(server.problems.at(-1)).toMatch(problem)
})

test.each(['/../outside', '/%2e%2e/outside', '/one/%2E%2E/../../outside', '/%'])(
  'nothing outside of the root is served: %s',
  async (path) => {
    writeFileSync(join(root, '../outside'), 'not to be seen')
    expect(await statusOf(path)).toBe(404)
    rmSync(join(root, '../outside'))
  },
)
