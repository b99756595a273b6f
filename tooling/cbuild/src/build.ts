// One run of the build: headers first, since the C includes them, then every output of every target that is not up to
// date.
import { statSync } from 'node:fs'
import { join } from 'node:path'
import { addonSettings, buildAddon, findCompiler, type Compiler } from './addon.ts'
import { writeFileWhole } from './files.ts'
import { writeHeaders } from './headers.ts'
import type { CPackage, Target } from './package.ts'
import { sources } from './sources.ts'
import { hashInputs, isUpToDate, removeOutput, writeStamp } from './stamp.ts'
import { buildWasm, wasmSettings } from './wasm.ts'

export interface Output {
  name: string
  kind: 'wasm' | 'addon'
  /** Relative to the package. */
  file: string
  status: 'built' | 'up to date' | 'no compiler'
  /** Null where there is no file. */
  sizeBytes: number | null
  timeMs: number
}

export interface BuildReport {
  package: string
  /** The headers that were written anew. */
  headers: string[]
  outputs: Output[]
}

/** Builds what changed (everything with `force`), and tells each output to `onOutput` as soon as it is there. */
export async function build(
  cPackage: CPackage,
  { force = false, onHeader, onOutput }: {
    force?: boolean
    onHeader?: (file: string) => void
    onOutput?: (output: Output) => void
  } = {},
): Promise<BuildReport> {
  const report: BuildReport = { package: cPackage.name, headers: await writeHeaders(cPackage), outputs: [] }
  for (const header of report.headers) onHeader?.(header)
  const add = (output: Output) => {
    report.outputs.push(output)
    onOutput?.(output)
  }
  const compiler = cPackage.targets.some(({ hasAddon }) => hasAddon) ? findCompiler() : null
  for (const target of cPackage.targets) {
    if (target.hasWasm) add(await wasmOutput(cPackage, target, force))
    if (target.hasAddon) add(await addonOutput(cPackage, target, compiler, force))
  }
  return report
}

async function wasmOutput({ folder }: CPackage, target: Target, force: boolean): Promise<Output> {
  const file = `prebuilds/wasm32/${target.name}.wasm`
  const inputs = hashInputs(sources(target, 'wasm'), wasmSettings())
  return finish(folder, { name: target.name, kind: 'wasm', file }, inputs, force, async () =>
    writeFileWhole(join(folder, file), await buildWasm(target)),
  )
}

async function addonOutput(
  cPackage: CPackage,
  target: Target,
  compiler: Compiler | null,
  force: boolean,
): Promise<Output> {
  const { folder } = cPackage
  const file = `prebuilds/${process.platform}-${process.arch}/${target.name}.node`
  const output = join(folder, file)
  const what = { name: target.name, kind: 'addon', file } as const
  if (!compiler) {
    // An addon of older sources must not pass for this build's.
    removeOutput(folder, output)
    return { ...what, status: 'no compiler', sizeBytes: null, timeMs: 0 }
  }
  const inputs = hashInputs(sources(target, 'addon'), addonSettings(compiler))
  return finish(folder, what, inputs, force, async () => buildAddon(cPackage, target, compiler, output))
}

/** Makes one output unless its stamp says that it is there already. */
async function finish(
  folder: string,
  what: Pick<Output, 'name' | 'kind' | 'file'>,
  inputs: string,
  force: boolean,
  make: () => Promise<void>,
): Promise<Output> {
  const output = join(folder, what.file)
  const start = performance.now()
  const upToDate = !force && isUpToDate(folder, output, inputs)
  if (!upToDate) {
    await make()
    writeStamp(folder, output, inputs)
  }
  return {
    ...what,
    status: upToDate ? 'up to date' : 'built',
    sizeBytes: statSync(output).size,
    timeMs: Math.round(performance.now() - start),
  }
}
