// What an observer is told of observed words, and that they are used like the array behind them.
import { afterEach, describe, expect, it } from 'vitest'
import * as atomics from '../src/atomics.ts'
import { observe, observedAtomics, rawOf, setObserver } from '../src/index.ts'
import { newWords } from './run.ts'

afterEach(() => {
  setObserver(null)
})

/** What an observer sees while `run` goes on, one line per access. */
function seen(run: () => void): string[] {
  const lines: string[] = []
  setObserver({
    before: (access, _words, index) => lines.push(`${access} ${index}`),
    after: (_access, _words, _index, was, is) => (lines[lines.length - 1] += ` ${was}→${is}`),
  })
  run()
  setObserver(null)
  return lines
}

describe('observed words', () => {
  it('tell of plain reads and writes before and after', () => {
    const words = observe(newWords(4))
    expect(seen(() => (words[2] = words[1] + 3))).toEqual(['read 1 0→0', 'write 2 0→3'])
    expect(seen(() => (words[2] |= 4))).toEqual(['read 2 3→3', 'write 2 3→7'])
  })

  it('tell each element of fill and set, and what they leave is in the raw array', () => {
    const raw = newWords(4)
    const words = observe(raw)
    expect(seen(() => words.fill(7, 1, 3))).toEqual(['write 1 0→7', 'write 2 0→7'])
    expect(seen(() => words.set([1, 2], 2))).toEqual(['write 2 7→1', 'write 3 0→2'])
    expect([...raw]).toEqual([0, 7, 1, 2])
    expect(() => words.set([1, 2], 3)).toThrow(RangeError)
  })

  it('report a subarray as a part of the array that was observed', () => {
    const raw = newWords(8)
    const part = observe(raw).subarray(2, -1).subarray(1)
    expect(part.length).toBe(4)
    expect(seen(() => (part[0] = 1))).toEqual(['write 3 0→1'])
    expect(seen(() => atomics.add(part, 1, 2))).toEqual(['add 4 0→2'])
    expect(rawOf(part)).toBe(raw)
  })

  it('behave like the array: length, iteration, what lies beyond the end', () => {
    const raw = newWords(3)
    raw.set([1, 2, 3])
    const words = observe(raw)
    words[3] = 9
    expect([words.length, words.byteLength, words.buffer === raw.buffer, words[3]]).toEqual([3, 12, true, undefined])
    expect([...words]).toEqual([1, 2, 3])
    expect(words.indexOf(3)).toBe(2)
    expect(words.slice(-2)).toEqual(Int32Array.of(2, 3))
    expect(seen(() => words.includes(2))).toEqual(['read 0 1→1', 'read 1 2→2'])
  })

  it('refuse a method that would read them unseen', () => {
    expect(() => observe(newWords(3)).map((value) => value)).toThrow(/observed words have no map\(\)/)
  })

  it('are made once, and rawOf leads back', () => {
    const raw = newWords(1)
    const words = observe(raw)
    expect(observe(words)).toBe(words)
    expect([rawOf(words), rawOf(raw)]).toEqual([raw, raw])
  })
})

describe('the stand-in for #atomics', () => {
  it('does what Atomics does, and says what stood there and what stands there now', () => {
    const words = observe(newWords(1))
    const lines = seen(() => {
      atomics.store(words, 0, 0x80000000)
      expect(atomics.load(words, 0)).toBe(-0x80000000)
      expect(atomics.exchange(words, 0, 12)).toBe(-0x80000000)
      expect(atomics.and(words, 0, 6)).toBe(12)
      expect(atomics.or(words, 0, 3)).toBe(4)
      expect(atomics.add(words, 0, -8)).toBe(7)
      expect(atomics.compareExchange(words, 0, 5, 6)).toBe(-1)
      expect(atomics.compareExchange(words, 0, 0xffffffff, 6)).toBe(-1)
    })
    expect(lines).toEqual([
      'store 0 0→-2147483648',
      'load 0 -2147483648→-2147483648',
      'exchange 0 -2147483648→12',
      'and 0 12→4',
      'or 0 4→7',
      'add 0 7→-1',
      'compareExchange 0 -1→-1',
      'compareExchange 0 -1→6',
    ])
  })

  it('lets plain arrays through unseen, and works without an observer', () => {
    const raw = newWords(1)
    expect(seen(() => atomics.add(raw, 0, 1))).toEqual([])
    expect(atomics.add(observe(raw), 0, 1)).toBe(1)
    expect(raw[0]).toBe(2)
  })

  it('refuses an index outside, as Atomics does', () => {
    const words = observe(newWords(2))
    for (const index of [-1, 2, 0.5]) expect(() => atomics.load(words, index), String(index)).toThrow(RangeError)
  })

  it('leaves wait and notify to the observer where it wants them', () => {
    const words = observe(newWords(1))
    expect(atomics.wait(words, 0, 1, 0)).toBe('not-equal')
    expect(atomics.wait(words, 0, 0, 0)).toBe('timed-out')
    expect(atomics.notify(words, 0, 1)).toBe(0)
    const asked: string[] = []
    setObserver({
      before: (access) => asked.push(access),
      wait: () => 'ok',
      notify: (_words, _index, count) => count,
    })
    expect([atomics.wait(words, 0, 0, 1000), atomics.notify(words, 0, 3)]).toEqual(['ok', 3])
    expect(asked).toEqual(['wait', 'notify'])
  })
})

describe('the stand-in for the global Atomics', () => {
  const observed = observedAtomics(Atomics)

  it('tells the observer of observed words', () => {
    const words = observe(newWords(1))
    const lines = seen(() => {
      observed.store(words, 0, 6)
      expect(observed.sub(words, 0, 2)).toBe(6)
      expect(observed.xor(words, 0, 5)).toBe(4)
    })
    expect(lines).toEqual(['store 0 0→6', 'add 0 6→4', 'xor 0 4→1'])
    expect(observed.notify(words, 0)).toBe(0)
  })

  it('gives everything else to the engine', () => {
    const bytes = new Uint8Array(new SharedArrayBuffer(4))
    expect(observed.add(bytes, 1, 2)).toBe(0)
    expect(observed.load(bytes, 1)).toBe(2)
    expect(observed.isLockFree(4)).toBe(true)
  })

  it('refuses on observed words what it cannot observe', () => {
    const words = observe(newWords(1))
    const run = (): unknown => (observed as unknown as { waitAsync(...given: unknown[]): unknown }).waitAsync(words, 0, 0)
    expect(run).toThrow(/waitAsync on observed words/)
  })
})
