// What a command gets from outside: how stores are opened, its streams, and where temporary files go. Tests hand over
// others.
import type { Readable, Writable } from 'node:stream'
import type { Store, StoreOptions } from '../api.ts'

export interface Surroundings {
  open(path: string, options: StoreOptions): Promise<Store>
  input: Readable
  output: Writable
  errors: Writable & { isTTY?: boolean }
}

/** A mistake of whoever typed the command: exit code 2. */
export class Misuse extends Error {}

/** What the command was asked for did not succeed, and why is told in one line: exit code 1. */
export class Failure extends Error {}
