// Which C files an output may be made of: everything in its include folders, except the root of the other output. A
// conditional or computed #include can therefore never be missed, at the price of a rebuild now and then that changes
// nothing.
import { sourcesBelow } from './files.ts'
import type { Target } from './package.ts'
import type { InputFile } from './stamp.ts'

export function sources(target: Target, output: 'wasm' | 'addon'): InputFile[] {
  const otherRoot = output === 'wasm' ? 'addon.c' : 'wasm.c'
  return target.includes.flatMap((folder) =>
    sourcesBelow(folder.path)
      .filter((path) => path !== otherRoot)
      .map((path) => ({ folder, path })),
  )
}
