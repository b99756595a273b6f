// The command line: what is printed, what is written, and the exit codes.
import { spawnSync } from 'node:child_process'
import { describe, expect, it } from 'vitest'
import { cbuild, cliFile, makePackage } from './fixture.ts'

describe('the command line', () => {
  it('explains itself with --help, for each command too', () => {
    const folder = makePackage({})
    const { status, stdout } = cbuild(folder, ['--help'])
    expect(status).toBe(0)
    expect(stdout).toContain('Usage: cbuild')
    for (const word of ['build', 'headers', '"cbuild" in its']) expect(stdout).toContain(word)
    expect(cbuild(folder, ['build', '--help']).stdout).toMatch(/--force[^]*--json/)
    expect(cbuild(folder, ['headers', '--help']).stdout).toMatch(/--check[^]*--json/)
  })

  it.each([
    [['frobnicate'], "unknown command or argument 'frobnicate': expected build or headers"],
    [['--frobnicate'], "unknown option '--frobnicate'"],
    [['headers', '--force'], "unknown option '--force'"],
    [['headers', 'csrc'], 'too many arguments'],
    [['build', 'csrc'], "unknown command or argument 'csrc'"],
  ])('exits 2 for %j and says what is wrong', (args, message) => {
    const { status, stdout, stderr } = cbuild(makePackage({}), args)
    expect(stderr).toContain(message)
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' })
  })

  it('starts by itself, through its first line', () => {
    expect(spawnSync(cliFile, ['--help'], { encoding: 'utf8' }).stdout).toContain('Usage: cbuild')
  })
})

describe('a manifest', () => {
  const entry = (cbuildEntry: unknown) => ({ 'package.json': JSON.stringify({ name: 'demo', cbuild: cbuildEntry }) })
  it.each([
    ['without a "cbuild" entry', {}, 'no "cbuild" entry'],
    ['that is not JSON', { 'package.json': '{' }, 'is not JSON'],
    ['that is a list', { 'package.json': '[]' }, 'is not a manifest'],
    ['without a name', entry({}), '"cbuild.name" is undefined'],
    ['with a name that is a path', entry({ name: '../demo' }), '"cbuild.name" is "../demo"'],
    ['with a key that cbuild does not know', entry({ name: 'demo', header: {} }), 'unknown keys header'],
    ['with headers that are no map', entry({ name: 'demo', headers: ['a.h'] }), '"cbuild.headers" must map'],
    ['with a header outside', entry({ name: 'demo', headers: { 'a/../../a.h': 'b.ts' } }), 'a path inside the package'],
    ['with an absolute header', entry({ name: 'demo', headers: { '/a.h': 'b.ts' } }), 'a path inside the package'],
    ['with an extra that is no list', entry({ name: 'demo', extra: {} }), '"cbuild.extra" must be a list'],
    ['with an extra of another form', entry({ name: 'demo', extra: ['bench'] }), '"cbuild.extra[0]" must be'],
    ['with an extra without C', entry({ name: 'demo', extra: [{ name: 'b', source: 'bench' }] }), 'holds neither a'],
    [
      'with two targets of one name',
      { ...entry({ name: 'demo', extra: [{ name: 'demo', source: 'bench' }] }), 'bench/wasm.c': '' },
      'two targets are named demo',
    ],
    ['with nothing to build', entry({ name: 'demo' }), 'nothing to build'],
  ])('%s exits 2 and says what was expected', (_what, files, message) => {
    const folder = makePackage({ 'package.json': '{"name":"demo"}', ...files })
    const { status, stdout, stderr } = cbuild(folder, [])
    expect(stderr).toContain(message)
    expect(stderr).toMatch(/^cbuild: [^\n]*package\.json/)
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' })
  })

  it('that is not there exits 2', () => {
    const stderr = "cbuild: no /package.json; run cbuild in a package's folder\n"
    expect(cbuild('/', [])).toEqual({ status: 2, stdout: '', stderr })
  })
})
