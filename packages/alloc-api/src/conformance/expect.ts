// The suite's own assertions: it runs under any test runner, in a browser page too. What fails is a ConformanceError
// whose message says what was looked at, what was expected and what came.
import type { ErrorCode } from '../errors.ts'

/** An implementation did not do what the contract says. */
export class ConformanceError extends Error {
  override readonly name = 'ConformanceError'
}

/** A coded error; that of a batch tells how many elements were done. */
type Coded = Error & { done?: number }

export function fail(message: string): never {
  throw new ConformanceError(message)
}

/** Compares numbers, strings, lists and plain objects by what is in them. */
export function expectEqual(actual: unknown, expected: unknown, what: string): void {
  const [found, wanted] = [show(actual), show(expected)]
  if (found !== wanted) fail(`${what}: expected ${wanted}, got ${found}`)
}

/** `actual` has to be between the two, both included. */
export function expectWithin(actual: number, least: number, most: number, what: string): void {
  if (!(actual >= least && actual <= most)) fail(`${what}: expected ${least} … ${most}, got ${show(actual)}`)
}

/** `call` has to throw a coded error of that code; returns it. */
export function expectThrows(code: ErrorCode, call: () => unknown, what: string): Coded {
  let result: unknown
  try {
    result = call()
  } catch (error) {
    return coded(code, error, what)
  }
  return fail(`${what}: expected ${code} to be thrown, got ${show(result)}`)
}

/** The same for what answers with a promise. */
export async function expectRejects(code: ErrorCode, call: () => Promise<unknown>, what: string): Promise<Coded> {
  try {
    await call()
  } catch (error) {
    return coded(code, error, what)
  }
  return fail(`${what}: expected ${code} to be thrown, but it went well`)
}

/** Errors are told by their code, not by their class: an implementation may carry a copy of alloc-api of its own. */
function coded(code: ErrorCode, error: unknown, what: string): Coded {
  if (error instanceof ConformanceError) throw error
  const found = error instanceof Error && 'code' in error ? error.code : undefined
  if (!(error instanceof Error) || found !== code) {
    const itsCode = found === undefined ? '' : `${show(found)}: `
    fail(`${what}: expected an error with code ${code}, got ${itsCode}${String(error)}`)
  }
  if (error.message.length < 10) fail(`${what}: the message of ${code} says nothing: ${show(error.message)}`)
  return error
}

function show(value: unknown): string {
  if (ArrayBuffer.isView(value)) return show(Array.from(value as Uint8Array))
  if (typeof value === 'number' || value === undefined) return String(value)
  return JSON.stringify(value)
}
