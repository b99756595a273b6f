// Native memories: the same bytes for TypeScript, WebAssembly and other processes, Atomics and a futex across
// processes, memories that outlive theirs, and refusal of whatever is no memory.
import { canTest } from '@parperos/presets/backends'
import { spawn, type ChildProcess } from 'node:child_process'
import {
  closeSync,
  fstatSync,
  mkdtempSync,
  openSync,
  readdirSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createMemory, type Region } from '../src/index.ts'
import { futexWait, futexWake, native, openMemory, type NativeMemory } from '../src/native.ts'
import { addInWasm } from './wasm-add.ts'

const MIB = 1 << 20
const coded = (code: string): unknown => expect.objectContaining({ code })

const describeNative = describe.skipIf(!canTest(native))

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'parperos-native-'))
})
afterAll(() => rmSync(folder, { recursive: true }))

/** Runs a script of `children/` with more arguments; `fd` becomes its descriptor 3. */
function child(script: string, operands: string[], fd?: number): ChildProcess {
  const path = fileURLToPath(new URL(`children/${script}.ts`, import.meta.url))
  return spawn(process.execPath, [path, ...operands], { stdio: ['ignore', 'pipe', 'inherit', fd ?? 'ignore'] })
}

/** What a child printed, once it has ended well. */
async function answerOf(process: ChildProcess): Promise<unknown> {
  let text = ''
  process.stdout?.on('data', (data: Buffer) => (text += data.toString()))
  const { promise, resolve, reject } = Promise.withResolvers<undefined>()
  process.once('close', (code) => (code === 0 ? resolve(undefined) : reject(new Error(`the child ended with ${code}`))))
  await promise
  return JSON.parse(text) as unknown
}

const pause = () => new Promise((resolve) => setTimeout(resolve, 1))

const wordsOf = async (memory: NativeMemory, name = 'words'): Promise<Int32Array> => memory.region(4096, name).words()

describeNative('a native memory', () => {
  it('is the same bytes for WebAssembly and TypeScript', async () => {
    using memory = await native.create({ bytes: MIB })
    const region = memory.region(4096, 'words')
    const words = region.words()
    words[2] = 40
    const add = addInWasm(memory.wasm)
    expect(add(region.byteOffset + 8, 2)).toBe(40)
    expect(words[2]).toBe(42)
  })

  it('lies behind its descriptor, whose file shows what was written', async () => {
    using memory = await native.create({ bytes: MIB })
    memory.region(4096, 'bytes').bytes().set(new TextEncoder().encode('visible'))
    expect(fstatSync(memory.fd).size).toBe(MIB)
    using again = await openMemory({ path: `/proc/${process.pid}/fd/${memory.fd}` })
    expect(new TextDecoder().decode(again.find('bytes')?.bytes(0, 7).slice())).toBe('visible')
    expect(memory.info().backing).toBe('memfd')
    expect(again.info().backing).toContain('/proc/')
  })

  it('gives its descriptor back on close, and stays readable', async () => {
    const memory = await native.create({ bytes: MIB })
    const words = await wordsOf(memory)
    const { fd } = memory
    memory.close()
    memory.close()
    expect(() => fstatSync(fd)).toThrow('EBADF')
    expect(() => memory.fd).toThrow(expect.objectContaining({ code: 'CLOSED' }))
    words[0] = 1
    expect(memory.find('words')?.words()[0]).toBe(1)
  })

  it('can have more than 4 GiB, then without WebAssembly', async () => {
    using memory = await native.create({ bytes: 5 * 2 ** 30 })
    expect(memory.wasm).toBeNull()
    memory.region(4.5 * 2 ** 30, 'large')
    const end = memory.region(4096, 'end').words()
    end[0] = 7
    using again = await openMemory({ path: `/proc/self/fd/${memory.fd}` })
    expect(again.find('end')?.words()[0]).toBe(7)
  })
})

describeNative('another process', () => {
  it('finds a memory behind the descriptor that it inherits', async () => {
    using memory = await native.create({ bytes: MIB })
    const words = await wordsOf(memory)
    words[5] = 1234
    const answer = await answerOf(child('look', ['fd'], memory.fd))
    expect(answer).toEqual({ bytes: MIB, names: ['words'], found: 1234 })
    expect(words[5]).toBe(1235)
    expect(memory.names()).toEqual(['words', 'theirs'])
    expect(memory.find('theirs')?.words()[0]).toBe(77)
  })

  it("finds a memory by the path of its creator's descriptor", async () => {
    using memory = await native.create({ bytes: MIB })
    ;(await wordsOf(memory))[5] = -1
    const answer = await answerOf(child('look', [`/proc/${process.pid}/fd/${memory.fd}`]))
    expect(answer).toEqual({ bytes: MIB, names: ['words'], found: -1 })
  })

  it('finds a memory by the name of its file', async () => {
    const path = join(folder, 'by-name')
    using memory = await native.create({ bytes: MIB, path })
    ;(await wordsOf(memory))[5] = 8
    expect(await answerOf(child('look', [path]))).toEqual({ bytes: MIB, names: ['words'], found: 8 })
    expect(memory.find('theirs')?.words()[0]).toBe(77)
  })

  it('adds to the same word at the same time without losing one addition', async () => {
    using memory = await native.create({ bytes: MIB })
    const words = await wordsOf(memory)
    const rounds = 200_000
    const other = answerOf(child('add', [String(rounds)], memory.fd))
    while (Atomics.load(words, 1) === 0) await pause()
    Atomics.store(words, 2, 1)
    for (let i = 0; i < rounds; i++) Atomics.add(words, 0, 1)
    await other
    expect(words[0]).toBe(2 * rounds)
  })

  it('is woken by a futex from this one', async () => {
    using memory = await native.create({ bytes: MIB })
    const region = memory.region(4096, 'words')
    const words = region.words()
    const sleeper = answerOf(child('sleep', [], memory.fd))
    // It sleeps until a wake reaches it: the word that it sleeps on stays as it is.
    while (futexWake(region, 0) === 0) await pause()
    Atomics.store(words, 0, 1)
    while (Atomics.load(words, 2) === 0) {
      futexWake(region, 0)
      await pause()
    }
    expect(await sleeper).toMatchObject({ value: 1, first: 'ok' })
  })

  it('leaves its file memory behind when it is killed', async () => {
    const path = join(folder, 'left')
    const writer = child('write', [path])
    const { promise, resolve, reject } = Promise.withResolvers<unknown>()
    writer.stdout?.once('data', resolve)
    writer.once('exit', () => reject(new Error('the child ended before it was killed')))
    await promise
    writer.kill('SIGKILL')
    await new Promise((ended) => writer.once('exit', ended))
    using memory = await openMemory({ path })
    const words = memory.find('left')?.words()
    expect(words?.subarray(0, 4)).toEqual(Int32Array.of(1, 2, 3, 4))
    expect(memory.find('left')?.byteLength).toBe(8192)
  })
})

describeNative('a futex', () => {
  const region = async (): Promise<Region> => (await native.create({ bytes: MIB })).region(4096, 'words')

  it('does not sleep when the word holds something else', async () => {
    expect(futexWait(await region(), 0, 1, 10_000)).toBe('not-equal')
  })

  it('gives up after its time, not before', async () => {
    const start = performance.now()
    expect(futexWait(await region(), 3, 0, 50)).toBe('timed-out')
    expect(performance.now() - start).toBeGreaterThanOrEqual(49)
    expect(futexWait(await region(), 3, 0, 0)).toBe('timed-out')
  })

  it('wakes nobody where nobody sleeps', async () => {
    expect(futexWake(await region(), 0)).toBe(0)
  })

  it('refuses words outside of the Region, and times that are none', async () => {
    const words = await region()
    for (const index of [-1, 1024, 0.5, NaN, 2 ** 32]) {
      expect(() => futexWait(words, index, 0, 0)).toThrow(expect.objectContaining({ code: 'BAD_OPTION' }))
      expect(() => futexWake(words, index)).toThrow(expect.objectContaining({ code: 'BAD_OPTION' }))
    }
    for (const timeoutMs of [-1, NaN, -Infinity]) {
      expect(() => futexWait(words, 0, 0, timeoutMs)).toThrow(expect.objectContaining({ code: 'BAD_OPTION' }))
    }
  })
})

describeNative('a file is refused', () => {
  const memoryFile = async (name: string): Promise<string> => {
    const path = join(folder, name)
    ;(await native.create({ bytes: MIB, path })).close()
    return path
  }
  const changed = async (name: string, word: number, value: number): Promise<string> => {
    const path = await memoryFile(name)
    using memory = await openMemory({ path })
    new Int32Array(memory.buffer)[word] = value
    return path
  }
  const descriptors = (): number => readdirSync('/proc/self/fd').length

  it.each<[string, string, () => Promise<string> | string]>([
    ['there is none', 'SYSTEM', () => join(folder, 'none')],
    ['it is a folder', 'SYSTEM', () => folder],
    ['it is empty', 'BAD_SIZE', () => written('empty', 0)],
    ['it has only a directory page', 'BAD_SIZE', () => written('page', 4096)],
    ['it ends within a page', 'BAD_SIZE', () => written('cut', 10_000)],
    ['it holds something else', 'BAD_MAGIC', () => written('else', 8192)],
    ['it is of a newer version', 'BAD_VERSION', () => changed('newer', 1, 2)],
    ['it was truncated', 'BAD_SIZE', async () => truncated(await memoryFile('short'), MIB / 2)],
    ['its directory speaks of more pages', 'BAD_SIZE', () => changed('pages', 2, 1 + MIB / 4096)],
    ['its free end lies behind its last page', 'BAD_SIZE', () => changed('end', 3, 1 + MIB / 4096)],
    ['it is a device', 'BAD_SIZE', () => '/dev/zero'],
  ])('when %s', async (_, code, make) => {
    const path = await make()
    const before = descriptors()
    await expect(openMemory({ path })).rejects.toEqual(coded(code))
    expect(descriptors()).toBe(before)
  })

  it('when it is opened for reading only, and its descriptor stays open', async () => {
    const fd = openSync(await memoryFile('read-only'), 'r')
    await expect(openMemory({ fd })).rejects.toEqual(coded('SYSTEM'))
    expect(fstatSync(fd).size).toBe(MIB)
    closeSync(fd)
  })

  const written = (name: string, bytes: number): string => {
    const path = join(folder, name)
    writeFileSync(path, new Uint8Array(bytes).fill(7))
    return path
  }
  const truncated = (path: string, bytes: number): string => {
    truncateSync(path, bytes)
    return path
  }
})

describeNative('a native memory is not made', () => {
  it('over a file that exists, which stays as it was', async () => {
    const path = join(folder, 'taken')
    writeFileSync(path, 'mine')
    await expect(native.create({ bytes: MIB, path })).rejects.toThrow(/EEXIST/)
    await expect(native.create({ bytes: MIB, path })).rejects.toEqual(coded('SYSTEM'))
    expect(statSync(path).size).toBe(4)
    expect(readdirSync(folder).filter((name) => name.startsWith('taken'))).toEqual(['taken'])
  })

  it('in a folder that does not exist', async () => {
    await expect(native.create({ bytes: MIB, path: join(folder, 'no', 'file') })).rejects.toEqual(coded('SYSTEM'))
  })

  it('of a size that is none', async () => {
    await expect(createMemory({ backend: native, bytes: 0 })).rejects.toEqual(coded('BAD_OPTION'))
  })
})

describe('openMemory refuses', () => {
  it.each([[{}], [{ fd: 3, path: 'x' }]])('%o', async (options) => {
    await expect(openMemory(options as never)).rejects.toEqual(coded('BAD_OPTION'))
  })

  it.each([-1, 0.5, NaN, 2 ** 31, 99_999])('descriptor %d', async (fd) => {
    await expect(openMemory({ fd })).rejects.toEqual(coded('SYSTEM'))
  })
})
