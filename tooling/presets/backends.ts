// What tests do about a backend that cannot run on this machine, such as the native one where there is no C compiler:
// its tests are left out, and a line says so. Under CI nothing is left out: the tests run and fail with what the backend
// itself says, so that a missing backend never passes unseen.

/** What every backend of every component has. */
export interface TestableBackend {
  readonly kind: string
  readonly component: string
  /** Null when the backend can run here, else one sentence that says why not. */
  unavailable(): string | null
}

const told = new Set<string>()

/**
 * Whether to run the tests of a backend: where it can run, and under CI always. Elsewhere one line on stderr, the first
 * time in this process, names the backend and the reason. For `describe.skipIf(!canTest(native))`, and to filter a list
 * of backends.
 */
export function canTest(backend: TestableBackend): boolean {
  const reason = backend.unavailable()
  if (reason === null || process.env.CI) return true
  const name = `${backend.component}/${backend.kind}`
  if (!told.has(name)) process.stderr.write(`not tested: ${name}: ${reason}\n`)
  told.add(name)
  return false
}
