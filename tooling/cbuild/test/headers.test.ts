// Rendering C headers from TypeScript, and finding stale ones.
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { cbuild, makePackage, writeFiles } from './fixture.ts'

const header = 'csrc/generated/layout.h'
const entry = { name: 'demo', headers: { [header]: 'src/layout.ts' } }
const layout = (treeWords: number) => `
interface Table { kind: 'c-constants'; prefix: string; values: Record<string, number>; hash: number }
export const layout: Table = {
  kind: 'c-constants',
  prefix: 'demo',
  values: { magic: 0x90000001, treeWords: ${treeWords}, none: -1 },
  hash: 0x1badb002,
}
export const status: Table = { kind: 'c-constants', prefix: 'demoStatus', values: { ok: 0 }, hash: 7 }
export default layout
export const unrelated = 'not a table'
`

const rendered = `// Generated from src/layout.ts by \`cbuild headers\`: change that file and run the command again.
#pragma once

#define DEMO_MAGIC 2415919105u
#define DEMO_TREE_WORDS 8
#define DEMO_NONE (-1)
#define DEMO_LAYOUT_HASH 0x1badb002u

#define DEMO_STATUS_OK 0
#define DEMO_STATUS_LAYOUT_HASH 0x00000007u
`

const containing = (text: string) => expect.stringContaining(text) as string

describe('cbuild headers', () => {
  it('renders every table that the module exports, each once', () => {
    const folder = makePackage({ 'src/layout.ts': layout(8) }, entry)
    expect(cbuild(folder, ['headers'])).toEqual({ status: 0, stdout: `wrote ${header}\n`, stderr: '' })
    expect(readFileSync(join(folder, header), 'utf8')).toBe(rendered)
  })

  it('leaves a header alone that is up to date', () => {
    const folder = makePackage({ 'src/layout.ts': layout(8), [header]: rendered }, entry)
    const before = statSync(join(folder, header), { bigint: true }).mtimeNs
    expect(cbuild(folder, ['headers'])).toEqual({ status: 0, stdout: 'up to date\n', stderr: '' })
    expect(statSync(join(folder, header), { bigint: true }).mtimeNs).toBe(before)
  })

  it('says which line is stale and how to mend it, and writes nothing, with --check', () => {
    const folder = makePackage({ 'src/layout.ts': layout(9), [header]: rendered }, entry)
    const { status, stdout } = cbuild(folder, ['headers', '--check'])
    expect(status).toBe(1)
    expect(stdout).toContain(`${header}:5: not up to date with src/layout.ts`)
    expect(stdout).toContain('expected "#define DEMO_TREE_WORDS 9", found "#define DEMO_TREE_WORDS 8"')
    expect(stdout).toContain('run `cbuild headers` in the folder of demo')
    expect(readFileSync(join(folder, header), 'utf8')).toBe(rendered)

    const { stale } = JSON.parse(cbuild(folder, ['headers', '--check', '--json']).stdout) as { stale: unknown[] }
    expect(stale).toMatchObject([{ file: header, source: 'src/layout.ts', line: 5 }])
    expect(cbuild(folder, ['headers']).status).toBe(0)
    expect(cbuild(folder, ['headers', '--check'])).toEqual({ status: 0, stdout: 'up to date\n', stderr: '' })
  })

  it('finds a header that is missing, and one with lines too many, with --check', () => {
    const folder = makePackage({ 'src/layout.ts': layout(8) }, entry)
    expect(cbuild(folder, ['headers', '--check'])).toMatchObject({ status: 1, stdout: containing(`${header}:1:`) })
    expect(existsSync(join(folder, 'csrc'))).toBe(false)
    writeFiles(folder, { [header]: `${rendered}#define DEMO_OLD 1\n` })
    expect(cbuild(folder, ['headers', '--check'])).toMatchObject({ status: 1, stdout: containing(`${header}:11:`) })
  })

  it.each([
    ['has no table', 'export const answer = 42', 'exports no constants table'],
    ['does not parse', 'export const = 3', 'could not be imported'],
    ['imports what is not there', "import '@parperos/nowhere'", 'build that one first'],
    ['has a value of more than 32 bits', layout(2 ** 40), 'demo.treeWords is 1099511627776; expected an integer'],
    ['defines a name twice', layout(8).replace("'demoStatus'", "'demo'"), 'DEMO_LAYOUT_HASH would be defined twice'],
  ])('refuses a module that %s', (_what, source, message) => {
    const folder = makePackage({ 'src/layout.ts': source }, entry)
    const { status, stderr } = cbuild(folder, ['headers'])
    expect(stderr).toContain(`cbuild: src/layout.ts: `)
    expect(stderr).toContain(message)
    expect(status).toBe(1)
  })

  it('runs before the build, so that the C sees the values of now', () => {
    const wasm = '#include "generated/layout.h"\n_Static_assert(DEMO_TREE_WORDS == 8, "layout");\n'
    const folder = makePackage({ 'src/layout.ts': layout(9), 'csrc/wasm.c': wasm }, entry)
    expect(cbuild(folder, [])).toMatchObject({ status: 1, stderr: containing('csrc/wasm.c:2:') })
    writeFileSync(join(folder, 'src/layout.ts'), layout(8))
    expect(cbuild(folder, []).stdout).toMatch(/^wrote csrc\/generated\/layout\.h\nbuilt prebuilds\/wasm32\/demo\.wasm /)
  })
})
