// Real records for a store, whatever machine this is: Debian's package lists, else what npm's packages say of
// themselves.
import { Misuse } from '../../misuse.ts'
import { projectModules } from '../../suites/walk.ts'
import { debianRecords } from './debian.ts'
import { npmRecords } from './npm.ts'
import type { Records } from './record.ts'

/** Less than this says nothing of data larger than memory. */
const ENOUGH_BYTES = 2 ** 20

/** At most `limit` bytes of values. `cwd` is where a node_modules is looked for. */
export function findRecords(limit: number, cwd: string, root = '/'): Records {
  const debian = debianRecords(limit, root)
  if (debian && debian.bytes.length >= ENOUGH_BYTES) return debian
  const npm = npmRecords(limit, projectModules(cwd))
  const found = [debian, npm].filter((one) => one !== null).sort((a, b) => b.bytes.length - a.bytes.length)
  if (found.length === 0)
    throw new Misuse(`there is no real input: neither package lists of Debian nor a package.json from ${cwd} on`)
  return found[0]
}
