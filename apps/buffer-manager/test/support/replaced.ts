// An operating system that refuses: functions of node:fs that tests put in the place of the real ones.
import fs from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'

/** Functions of node:fs are others until it is disposed of, for everybody in this process. */
export function replaced(functions: Record<string, unknown>): Disposable {
  const before = Object.fromEntries(Object.keys(functions).map((name) => [name, fs[name as keyof typeof fs]]))
  Object.assign(fs, functions)
  syncBuiltinESMExports()
  return {
    [Symbol.dispose]: () => {
      Object.assign(fs, before)
      syncBuiltinESMExports()
    },
  }
}
