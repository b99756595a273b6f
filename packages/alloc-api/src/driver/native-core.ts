// Finding and loading a package's addon: `prebuilds/<platform>-<arch>/<name>.node` beside its dist folder. Addons speak
// Node-API only, so one file serves every Node release.
import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import { ParperosError } from '../errors.ts'

/** Where a package's addon is. `base` is the `import.meta.url` of a module directly in `src` or `dist`. */
export const addonPath = (base: string, name: string): string =>
  fileURLToPath(new URL(`../prebuilds/${process.platform}-${process.arch}/${name}.node`, base))

/** Null when the addon is there, else why the native backend cannot run. */
export function addonUnavailable(base: string, name: string): string | null {
  if (typeof SharedArrayBuffer === 'undefined') return 'this JavaScript engine has no SharedArrayBuffer'
  if (existsSync(addonPath(base, name))) return null
  return `there is no addon for ${process.platform}-${process.arch} (${name}.node); build it with a C compiler`
}

/** Loads an addon. Throws `UNAVAILABLE` when it is missing or does not load. */
// eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- only the addon's package knows its type
export function loadAddon<Addon>(base: string, name: string): Addon {
  const reason = addonUnavailable(base, name)
  if (reason !== null) throw new ParperosError('UNAVAILABLE', reason)
  try {
    return createRequire(base)(addonPath(base, name)) as Addon
  } catch (cause) {
    throw new ParperosError('UNAVAILABLE', `the addon ${name}.node does not load: ${String(cause)}`, { cause })
  }
}
