// Choosing a backend, and the errors that everything throws.
import { describe, expect, it } from 'vitest'
import { chooseBackend, OutOfMemoryError, ParperosError, requireAvailable } from '../src/index.ts'

const able = { kind: 'sab', component: 'thing', unavailable: () => null } as const
const unable = { kind: 'native', component: 'thing', unavailable: () => 'no addon' } as const
const neither = { kind: 'wasm', component: 'thing', unavailable: () => 'no WebAssembly' } as const

describe('a choice of backends', () => {
  it('is the first that can run here, and tells of those before it', () => {
    expect(chooseBackend([able, unable])).toEqual({ backend: able, passedOver: [] })
    expect(chooseBackend([unable, neither, able])).toEqual({
      backend: able,
      passedOver: ['native: no addon', 'wasm: no WebAssembly'],
    })
  })

  it('names every reason when none can run', () => {
    const choose = () => chooseBackend([unable, neither])
    expect(choose).toThrow('no backend of thing can run here: native: no addon; wasm: no WebAssembly')
    expect(choose).toThrow(expect.objectContaining({ code: 'UNAVAILABLE' }))
    expect(() => chooseBackend([])).toThrow(expect.objectContaining({ code: 'UNAVAILABLE' }))
  })

  it('of one is taken or refused', () => {
    requireAvailable(able)
    expect(() => requireAvailable(unable)).toThrow('the native backend of thing cannot run: no addon')
  })
})

describe('an error', () => {
  it('carries a code, a sentence, a hint at its end, and what else is known', () => {
    const cause = new Error('disk')
    const error = new ParperosError('SYSTEM', 'reading failed', { hint: 'try again', done: 3, cause })
    expect(error).toMatchObject({ name: 'ParperosError', code: 'SYSTEM', hint: 'try again', done: 3, cause })
    expect(error.message).toBe('reading failed (try again)')
    expect(new ParperosError('CLOSED', 'closed').message).toBe('closed')
  })

  it('of a lack of memory is a class of its own', () => {
    const error = new OutOfMemoryError('no block')
    expect(error).toBeInstanceOf(ParperosError)
    expect(error).toMatchObject({ name: 'OutOfMemoryError', code: 'OUT_OF_MEMORY' })
  })
})
