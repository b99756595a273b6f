// The command line on the model and on real stores: what each command prints and which exit code it ends with.
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import { kinds, quickDirectory, type Open } from './support/kinds.ts'
import { terminal, type Terminal } from './support/typed.ts'

const directory = quickDirectory('cli')
afterAll(() => rmSync(directory, { recursive: true }))

let made = 0

describe.each(Object.values(kinds))('on $name', ({ opener }) => {
  let open: Open
  let kv: Terminal
  let store: string

  beforeEach(() => {
    open = opener()
    kv = terminal(open)
    store = join(directory, `store-${made++}`)
  })

  const lines = (output: string): unknown[] =>
    output
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line) as unknown)
  const load = (...entries: object[]): Promise<unknown> =>
    kv(['load', store], entries.map((entry) => JSON.stringify(entry)).join('\n'))

  describe('single entries', () => {
    test('what put stores, get prints', async () => {
      expect(await kv(['put', store, 'a', 'one'])).toEqual({ code: 0, output: '', errors: '' })
      expect(await kv(['get', store, 'a'])).toEqual({ code: 0, output: 'one\n', errors: '' })
      expect(lines((await kv(['get', store, 'a', '--json'])).output)).toEqual([{ key: 'a', value: 'one' }])
    })

    test('put takes bytes from standard input, and get --raw gives them back', async () => {
      const bytes = Uint8Array.from({ length: 256 }, (_, i) => i)
      expect(lines((await kv(['put', store, 'bytes', '--json'], bytes)).output)).toEqual([{ key: 'bytes', bytes: 256 }])
      expect(Buffer.from((await kv(['get', store, 'bytes', '--raw'])).output, 'latin1')).toEqual(Buffer.from(bytes))
      expect((await kv(['get', store, 'bytes'])).output).toBe(`${Buffer.from(bytes).toString('base64')}\n`)
    })

    test('a missing key is told, and the others are printed', async () => {
      await load({ key: 'a', value: '1' })
      expect(await kv(['get', store, 'x', 'a', 'y'])).toEqual({
        code: 1,
        output: '1\n',
        errors: 'parperos-kv: no such key: "x", "y"\n',
      })
      const { output } = await kv(['get', store, 'x', 'a', '--json'])
      expect(lines(output)).toEqual([
        { key: 'x', missing: true },
        { key: 'a', value: '1' },
      ])
    })

    test('del says what was there', async () => {
      await load({ key: 'a', value: '1' }, { key: 'b', value: '2' })
      expect((await kv(['del', store, 'a', 'x'])).output).toBe('1 deleted\n')
      expect(lines((await kv(['del', store, 'a', 'b', '--json'])).output)).toEqual([
        { key: 'a', deleted: false },
        { key: 'b', deleted: true },
      ])
      expect((await kv(['scan', store])).output).toBe('')
    })

    test('named trees are apart from each other', async () => {
      await kv(['put', store, 'a', 'own'])
      await kv(['put', store, 'a', 'of t', '--tree', 't'])
      expect((await kv(['get', store, 'a'])).output).toBe('own\n')
      expect((await kv(['get', store, 'a', '--tree', 't'])).output).toBe('of t\n')
    })

    test('keys and values can be JSON or base64', async () => {
      await kv(['put', store, '[1, 2]', '{ "a": 1 }', '--key-encoding', 'json', '--value-encoding', 'json'])
      expect((await kv(['get', store, '[1,2]', '--key-encoding', 'json'])).output).toBe('{"a":1}\n')
      await kv(['put', store, '/w==', 'AAE=', '--key-encoding', 'binary', '--value-encoding', 'binary'])
      expect((await kv(['get', store, '/w==', '--key-encoding', 'binary', '--raw'])).output).toBe('\0\x01')
      expect(await kv(['put', store, 'a', '{', '--value-encoding', 'json'])).toMatchObject({ code: 2 })
      expect(await kv(['get', store, '!', '--key-encoding', 'binary'])).toEqual({
        code: 2,
        output: '',
        errors: 'parperos-kv: the key "!" is not base64\n',
      })
    })
  })

  describe('ranges', () => {
    beforeEach(async () => {
      await load(...['a', 'b', 'ba', 'bb', 'c'].map((key) => ({ key, value: key.toUpperCase() })))
    })

    test.each([
      ['all', [], 'a b ba bb c'],
      ['from … to', ['--gte', 'b', '--lt', 'c'], 'b ba bb'],
      ['between', ['--gt', 'b', '--lte', 'c'], 'ba bb c'],
      ['backwards, two', ['--reverse', '--limit', '2'], 'c bb'],
      ['none', ['--limit', '0'], ''],
      ['a prefix', ['--prefix', 'b'], 'b ba bb'],
      ['a prefix backwards', ['--prefix', 'b', '--reverse', '--limit', '1'], 'bb'],
      ['an empty prefix', ['--prefix', ''], 'a b ba bb c'],
    ])('scan prints the keys of a range: %s', async (_, flags, keys) => {
      const { code, output } = await kv(['scan', store, '--keys', ...flags])
      expect(code).toBe(0)
      expect(lines(output)).toEqual(
        keys
          .split(' ')
          .filter(Boolean)
          .map((key) => ({ key })),
      )
    })

    test('scan prints entries, or values only', async () => {
      expect(lines((await kv(['scan', store, '--prefix', 'c'])).output)).toEqual([{ key: 'c', value: 'C' }])
      expect(lines((await kv(['scan', store, '--prefix', 'c', '--values'])).output)).toEqual([{ value: 'C' }])
    })

    test('a prefix of highest bytes has no end', async () => {
      await load(
        { keyBase64: '/w==', value: '1' },
        { keyBase64: '//8=', value: '2' },
        { keyBase64: '/v8=', value: '0' },
      )
      const { output } = await kv(['scan', store, '--values', '--prefix', '/w==', '--key-encoding', 'binary'])
      expect(lines(output)).toEqual([{ value: '1' }, { value: '2' }])
      const one = await kv(['scan', store, '--values', '--prefix', '/v8=', '--key-encoding', 'binary'])
      expect(lines(one.output)).toEqual([{ value: '0' }])
    })

    test('a prefix and bounds exclude each other', async () => {
      const { code, errors } = await kv(['scan', store, '--prefix', 'b', '--gt', 'a'])
      expect([code, errors]).toEqual([2, 'parperos-kv: --prefix is a range of its own: leave out the others\n'])
    })
  })

  describe('load and dump', () => {
    const entries = [
      { key: '', value: 'empty key' },
      { key: 'line separator \u2028', value: '\u2029\n"quoted"' },
      { key: 'z', base64: '/wA=' },
      { keyBase64: 'gIE=', value: '' },
      { tree: 't', key: 'k', value: 'in t' },
      { tree: 't', key: 'l', value: 'too' },
      { tree: 'ü', key: 'k', value: 'in ü' },
    ]
    const text = entries.map((entry) => `${JSON.stringify(entry)}\n`).join('')

    test.each([[[]], [['--sorted']], [['--batch', '2']]])('load %j keeps what dump wrote', async (flags) => {
      expect(JSON.parse((await kv(['load', store, '--json', ...flags], text)).output)).toMatchObject({ entries: 7 })
      expect(Buffer.from((await kv(['dump', store])).output, 'latin1').toString()).toBe(text)
      const other = `${store}-copy`
      await kv(['load', other, ...flags], text)
      expect((await kv(['dump', other])).output).toBe((await kv(['dump', store])).output)
    })

    test('load and dump take files, and dump one tree', async () => {
      const [from, to] = [join(directory, 'from.jsonl'), join(directory, 'to.jsonl')]
      writeFileSync(from, text)
      expect((await kv(['load', store, from])).output).toMatch(/^7 entries in \d+\.\d s\n$/)
      expect(await kv(['dump', store, to])).toEqual({ code: 0, output: '', errors: '' })
      expect(readFileSync(to, 'utf8')).toBe(text)
      expect(lines((await kv(['dump', store, '--tree', 't'])).output)).toEqual(entries.slice(4, 6))
    })

    test('lines longer and shorter than what arrives at once are put together', async () => {
      const many = Array.from({ length: 3000 }, (_, i) => ({
        key: String(i).padStart(5, '0'),
        value: 'é'.repeat(i % 700),
      }))
      const file = join(directory, 'many.jsonl')
      writeFileSync(file, many.map((one) => JSON.stringify(one)).join('\r\n\n'))
      expect((await kv(['load', store, file, '--json', '--batch', '7'])).output).toContain('"entries":3000,')
      expect(lines(Buffer.from((await kv(['scan', store])).output, 'latin1').toString())).toEqual(many)
    })

    test('values that are no strings need an encoding', async () => {
      const input = '{"key":"a","value":{"b":1}}'
      expect(await kv(['load', store], input)).toMatchObject({
        code: 1,
        errors: 'parperos-kv: line 1: "value" is not a string; --value-encoding json stores any JSON\n',
      })
      expect((await kv(['load', store, '--value-encoding', 'json'], input)).code).toBe(0)
      expect((await kv(['get', store, 'a'])).output).toBe('{"b":1}\n')
      expect(lines((await kv(['scan', store, '--value-encoding', 'json'])).output)).toEqual([
        { key: 'a', value: { b: 1 } },
      ])
    })

    test.each([
      ['no JSON', '{"key":', 'line 2 is not JSON: {"key":'],
      ['no object', '[]', 'line 2 has neither "key" nor "keyBase64"'],
      ['null', 'null', 'line 2 is not a JSON object'],
      ['no value', '{"key":"a"}', 'line 2 has neither "value" nor "base64"'],
      ['bad base64', '{"key":"a","base64":"a"}', 'line 2: "base64" is not base64'],
      ['a bad tree', '{"key":"a","value":"b","tree":1}', 'line 2: "tree" is not a string'],
      ['a key too long', `{"key":"${'x'.repeat(1025)}","value":""}`, '1024 bytes'],
    ])('a line with %s is named', async (_, line, message) => {
      const { code, errors } = await kv(['load', store], `{"key":"a","value":"b"}\n${line}\n`)
      expect(code).toBe(1)
      expect(errors).toContain(message)
    })

    test('bytes that are not UTF-8 are not taken for text', async () => {
      const input = Buffer.from('{"key":"\xff","value":""}', 'latin1')
      expect(await kv(['load', store], input)).toMatchObject({ code: 1, errors: 'parperos-kv: line 1 is not UTF-8\n' })
    })

    test('on a terminal load says how far it is, and takes the line away at its end', async () => {
      const { errors } = await terminal(open, true)(['load', store], text)
      expect(errors).toContain('loaded: 1 entries, ')
      expect(errors.endsWith('\r\x1b[K')).toBe(true)
    })
  })

  describe('inspecting', () => {
    test('stats counts entries by tree', async () => {
      await load({ key: 'a', value: '' }, { key: 'a', value: '', tree: 't' }, { key: 'b', value: '', tree: 't' })
      const { output } = await kv(['stats', store])
      expect(output).toMatch(/^entries +3$/m)
      expect(output).toMatch(/^ {2}in "t" +2$/m)
      expect(JSON.parse((await kv(['stats', store, '--json'])).output)).toMatchObject({
        stats: { entries: 3 },
        trees: { '': 1, t: 2 },
        info: { path: store },
      })
    })

    test('check says that a store is whole', async () => {
      await load({ key: 'a', value: '' })
      expect((await kv(['check', store])).output).toContain('the store is whole: 1 entries')
      expect(JSON.parse((await kv(['check', store, '--json'])).output)).toMatchObject({ whole: true, entries: 1 })
    })

    test('bench measures, and removes what it made', async () => {
      const where = join(directory, 'bench')
      const { code, output } = await kv([
        'bench',
        where,
        '--entries',
        '1000',
        '--seconds',
        '0.01',
        '--value-bytes',
        '10',
      ])
      expect(code).toBe(0)
      expect(output).toMatch(/^1000 entries of 12 \+ 10 bytes; backend \w+ /)
      for (const phase of ['load', 'getSync', 'get, 64 at once', 'putSync', 'put, 64 at once'])
        expect(output).toContain(`\n${phase} `)
      const { phases } = JSON.parse(
        (await kv(['bench', where, '--entries', '9', '--seconds', '0.01', '--json'])).output,
      ) as {
        phases: Record<string, number>[]
      }
      for (const { p50Us, p99Us, p999Us, operations } of phases.slice(1)) {
        expect(operations).toBeGreaterThan(0)
        expect(p50Us).toBeLessThanOrEqual(p99Us)
        expect(p99Us).toBeLessThanOrEqual(p999Us)
      }
      expect(readdirSync(where)).toEqual([])
    })
  })

  describe('mistakes and errors', () => {
    test.each([
      [[], 'name a command: put, get, del, scan, load, dump, stats, check, bench'],
      [['frobnicate'], "unknown command 'frobnicate'"],
      [['get'], "missing required argument 'store'"],
      [['get', 'x'], "missing required argument 'key'"],
      [['stats', 'x', 'y'], 'too many arguments'],
      [['scan', 'x', '--limit', '-1'], 'Expected a whole number from 0 on.'],
      [['scan', 'x', '--keys', '--values'], '--keys and --values exclude each other'],
      [['get', 'x', 'a', '--cache', 'much'], 'A size is a number of bytes'],
      [['get', 'x', 'a', '--backend', 'gpu'], 'Allowed choices are auto, sab, wasm, native'],
      [['get', 'x', 'a', '--json', '--raw'], '--json and --raw exclude each other'],
      [['bench', '--seconds', '0'], 'Expected a number of seconds'],
      [['put', 'x', 'k', 'v', '--colour'], "unknown option '--colour'"],
    ])('%j is misuse', async (args, message) => {
      const { code, output, errors } = await kv(args)
      expect([code, output]).toEqual([2, ''])
      expect(errors).toContain(message)
      expect(errors.split('\n')).toHaveLength(2)
    })

    test.each([['get'], ['scan'], ['dump'], ['stats'], ['check'], ['del']])('%s makes no store', async (name) => {
      const key = ['get', 'del'].includes(name) ? ['a'] : []
      const errors = expect.stringMatching(/^parperos-kv: .*no (?:store|directory)\b.*\n$/) as string
      expect(await kv([name, store, ...key])).toMatchObject({ code: 1, output: '', errors })
    })

    test('a missing input file is told in one line', async () => {
      const { code, errors } = await kv(['load', store, join(directory, 'missing.jsonl')])
      expect(code).toBe(1)
      expect(errors).toMatch(/^parperos-kv: ENOENT: no such file or directory, open '.*missing\.jsonl'\n$/)
      await expect(open(store, { create: false })).rejects.toMatchObject({ code: 'NOT_A_STORE' })
    })

    test('an output file that cannot be written is told in one line', async () => {
      await load({ key: 'a', value: '1' })
      const { code, errors } = await kv(['dump', store, join(directory, 'missing', 'to.jsonl')])
      expect(code).toBe(1)
      expect(errors).toMatch(/^parperos-kv: ENOENT: .*\n$/)
    })

    test('reading commands work while the store is open for writing, writing ones do not', async () => {
      await using server = await open(store)
      await server.put('a', '1')
      await server.checkpoint()
      expect((await kv(['get', store, 'a'])).output).toBe('1\n')
      expect((await kv(['put', store, 'a', '2'])).code).toBe(1)
      expect(server.getSync('a')).toBe('1')
    })

    test.each([['put'], ['get'], ['del'], ['scan'], ['load'], ['dump'], ['stats'], ['check'], ['bench']])(
      '%s has help',
      async (name) => {
        const { code, output, errors } = await kv([name, '--help'])
        expect([code, errors]).toEqual([0, ''])
        expect(output).toMatch(new RegExp(`^Usage: parperos-kv ${name} `))
        expect((await kv(['--help'])).output).toMatch(new RegExp(`^ {2}${name} `, 'm'))
      },
    )

    test('--version prints the version of the package', async () => {
      const { version } = JSON.parse(readFileSync(join(import.meta.dirname, '../package.json'), 'utf8')) as {
        version: string
      }
      expect(await kv(['--version'])).toEqual({ code: 0, output: `${version}\n`, errors: '' })
    })
  })
})
