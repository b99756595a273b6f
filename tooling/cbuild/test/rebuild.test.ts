// What is built again, and what is left alone.
import { existsSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { findCompiler } from '../src/addon.ts'
import type { BuildReport } from '../src/build.ts'
import { addonFile, cbuild, coreFiles, coreHeader, makePackage, wasmFile, wasmRoot, writeFiles } from './fixture.ts'

const noCompiler = { CC: '/nonexistent' }
const line =
  'cbuild: the native backend of demo was not built, since there is no C compiler (CC=/nonexistent does not run): ' +
  'install gcc or clang and run again\n'
const built = (file: string) => {
  const line = new RegExp(`^built ${file.replaceAll('.', '\\.')}  \\d+\\.\\d KiB in \\d+\\.\\d s\\n$`)
  return expect.stringMatching(line) as string
}

describe('cbuild', () => {
  it('builds only what changed, and says so in one line each', () => {
    const folder = makePackage({ 'csrc/core.h': coreHeader, 'csrc/wasm.c': wasmRoot })
    expect(cbuild(folder, [])).toEqual({ status: 0, stdout: built(wasmFile), stderr: '' })
    const time = () => statSync(join(folder, wasmFile), { bigint: true }).mtimeNs
    const first = time()
    expect(cbuild(folder, ['build'])).toEqual({ status: 0, stdout: 'up to date\n', stderr: '' })
    expect(time()).toBe(first)

    // A header that the root includes only through another file still counts.
    writeFiles(folder, { 'csrc/core.h': coreHeader.replace('16777619u', '16777621u') })
    const before = readFileSync(join(folder, wasmFile))
    expect(cbuild(folder, []).stdout).toEqual(built(wasmFile))
    expect(readFileSync(join(folder, wasmFile)).equals(before)).toBe(false)

    // An output that is not the one that was built is not up to date, whatever the stamp says about the sources.
    writeFileSync(join(folder, wasmFile), before)
    expect(cbuild(folder, []).stdout).toEqual(built(wasmFile))
    expect(cbuild(folder, ['--force']).stdout).toEqual(built(wasmFile))
    expect(readdirSync(join(folder, 'prebuilds/wasm32'))).toEqual(['demo.wasm'])
  })

  it('leaves the last good output alone when the sources are refused', () => {
    const folder = makePackage({ 'csrc/core.h': coreHeader, 'csrc/wasm.c': wasmRoot })
    cbuild(folder, [])
    const before = readFileSync(join(folder, wasmFile))
    writeFiles(folder, { 'csrc/wasm.c': `${wasmRoot}int unfinished(\n` })
    const { status, stdout, stderr } = cbuild(folder, [])
    expect(stderr).toContain('csrc/wasm.c:9:')
    expect({ status, stdout }).toEqual({ status: 1, stdout: '' })
    expect(readFileSync(join(folder, wasmFile)).equals(before)).toBe(true)
  })

  it('tells a program what it built, with --json', () => {
    const folder = makePackage({ 'csrc/core.h': coreHeader, 'csrc/wasm.c': wasmRoot })
    const run = () => JSON.parse(cbuild(folder, ['--json']).stdout) as BuildReport
    const sizeBytes = expect.any(Number) as number
    const output = { name: 'demo', kind: 'wasm', file: wasmFile, sizeBytes }
    expect(run()).toMatchObject({ package: 'demo', headers: [], outputs: [{ ...output, status: 'built' }] })
    expect(run()).toMatchObject({ package: 'demo', headers: [], outputs: [{ ...output, status: 'up to date' }] })
  })
})

describe('without a C compiler', () => {
  const files = { 'csrc/addon.c': coreFiles['csrc/addon.c'], 'csrc/core.h': coreHeader }

  it('one line says what is missing and how to get it, and the build goes on', () => {
    const folder = makePackage(coreFiles)
    expect(cbuild(folder, [], noCompiler)).toEqual({ status: 0, stdout: built(wasmFile), stderr: line })
    expect(existsSync(join(folder, addonFile))).toBe(false)
    expect(cbuild(folder, [], noCompiler)).toEqual({ status: 0, stdout: '', stderr: line })
  })

  it('the same line fails CI', () => {
    const inCi = { ...noCompiler, CI: 'true' }
    expect(cbuild(makePackage(files), [], inCi)).toEqual({ status: 1, stdout: '', stderr: line })
  })

  it('an older addon is taken away, so that nobody takes it for the new one', () => {
    const folder = makePackage({ ...files, [addonFile]: 'an older build' })
    const { stdout } = cbuild(folder, ['--json'], noCompiler)
    expect(JSON.parse(stdout)).toMatchObject({ outputs: [{ kind: 'addon', status: 'no compiler', sizeBytes: null }] })
    expect(existsSync(join(folder, addonFile))).toBe(false)
  })

  const canBuild = findCompiler() !== null || process.env.CI
  it.runIf(canBuild)('and with one again, the addon is built, and rebuilt for a changed header', () => {
    const folder = makePackage(files)
    cbuild(folder, [], noCompiler)
    expect(cbuild(folder, [])).toEqual({ status: 0, stdout: built(addonFile), stderr: '' })
    expect(cbuild(folder, []).stdout).toBe('up to date\n')
    writeFiles(folder, { 'csrc/core.h': `${coreHeader}\n// changed\n` })
    expect(cbuild(folder, []).stdout).toEqual(built(addonFile))
  })
})
