// Which backends are tested where, and what is said about those that are not.
import { afterEach, expect, it, vi } from 'vitest'
import { canTest, type TestableBackend } from '../backends.ts'

afterEach(() => {
  vi.unstubAllEnvs()
  vi.restoreAllMocks()
})

const backend = (component: string, reason: string | null): TestableBackend => ({
  kind: 'native',
  component,
  unavailable: () => reason,
})

/** What goes to stderr from now on. */
function heard(): unknown[] {
  const lines: unknown[] = []
  vi.spyOn(process.stderr, 'write').mockImplementation((line) => lines.push(line) > 0)
  return lines
}

it.each([undefined, 'true'])('a backend that can run is tested, and nothing is said (CI: %s)', (ci) => {
  vi.stubEnv('CI', ci)
  const lines = heard()
  expect(canTest(backend('able', null))).toBe(true)
  expect(lines).toEqual([])
})

it('a backend that cannot run is not tested outside CI, and one line says why, however often it is asked for', () => {
  vi.stubEnv('CI', undefined)
  const lines = heard()
  for (const component of ['one', 'one', 'two', 'one']) expect(canTest(backend(component, 'no addon'))).toBe(false)
  expect(lines).toEqual(['not tested: one/native: no addon\n', 'not tested: two/native: no addon\n'])
})

it('under CI its tests run, and so fail', () => {
  vi.stubEnv('CI', 'true')
  const lines = heard()
  expect(canTest(backend('three', 'no addon'))).toBe(true)
  expect(lines).toEqual([])
})
