// Programs of the Node versions that an addon must load on, beside the one that runs this. They come from npm as optional
// dependencies under other names. This package exists so that only its own folder gets their `node` command: were they
// dependencies of the package that uses them, its scripts would run under the wrong Node.
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

export interface NodeProgram {
  /** `22.23.3` */
  version: string
  /** The path of the program. */
  path: string
}

const require = createRequire(import.meta.url)

/** The Node of that major version for this platform; throws where npm carries none for it. */
export function nodeProgram(major: 22 | 26): NodeProgram {
  const name = `node-${major}-${process.platform}-${process.arch}`
  let manifest: string
  try {
    manifest = require.resolve(`${name}/package.json`)
  } catch {
    throw new Error(`no Node ${major} for ${process.platform}-${process.arch}: expected the optional dependency ${name}; install again`)
  }
  const { version } = JSON.parse(readFileSync(manifest, 'utf8')) as { version: string }
  return { version, path: join(dirname(manifest), 'bin', 'node') }
}
