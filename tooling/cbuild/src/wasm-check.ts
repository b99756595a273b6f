// Refuses a module that could not share its memory. Many instances run on one memory that belongs to others: were a
// module to bring data, every new instance would write it over whatever lies there. So a module may have no data, no
// start function (with shared memory the linker puts the copying of data and the clearing of static variables there),
// no mutable global but the stack pointer, and no import but the memory.
//
// The linked module only shows that there is data; the object file still names each piece, so the message can say which
// string, which variable and which function it was.
import { BuildError } from './errors.ts'
import {
  readGlobalExports,
  readGlobals,
  readImports,
  readObjectSegments,
  readSections,
  sectionNames,
  type Section,
} from './wasm-binary.ts'

/** Every shared memory, however large, fits below this maximum of 64 KiB pages. */
export const maximumPages = 65_536

/** Throws `BuildError` naming every cause when `module`, linked from `object`, could not share its memory. */
export function checkModule(module: Uint8Array<ArrayBuffer>, object: Uint8Array, what: string): void {
  const reasons = [...sectionFaults(module), ...globalFaults(module), ...importFaults(module)]
  if (reasons.length === 0) return
  const causes = readObjectSegments(object).map(({ name, content }) => `  ${explainSegment(name, content)}`)
  throw new BuildError(
    [
      `${what} was refused: many instances share one memory, so it must bring no bytes and keep no state of its own`,
      ...reasons.map((reason) => `  ${reason}`),
      ...(causes.length > 0 ? ['what the C put into memory:', ...causes] : []),
    ].join('\n'),
  )
}

function sectionFaults(module: Uint8Array<ArrayBuffer>): string[] {
  // The engine's own validation comes first; the readers below rely on it.
  new WebAssembly.Module(module)
  const found = new Set(readSections(module).map(({ id }) => id))
  const forbidden: Record<number, string> = {
    5: 'it defines a memory instead of importing one',
    8: 'it has a start function, which writes to memory as soon as an instance is made',
    11: 'it has a data section',
  }
  return Object.entries(forbidden)
    .filter(([id]) => found.has(Number(id)))
    .map(([id, text]) => `${text} (section ${sectionNames[Number(id)]})`)
}

function globalFaults(module: Uint8Array): string[] {
  const sections = readSections(module)
  const globals = flatRead(sections, 6, readGlobals)
  const names = new Map(flatRead(sections, 7, (section) => [...readGlobalExports(section)]))
  const mutable = globals.flatMap((global, index) => (global.mutable ? [names.get(index) ?? `number ${index}`] : []))
  if (!mutable.includes('__stack_pointer')) {
    return ['it does not export its stack pointer, so no instance can be given its own stack']
  }
  return mutable
    .filter((name) => name !== '__stack_pointer')
    .map((name) => `its global ${name} can change, which only the stack pointer may (thread-local variables need one)`)
}

function importFaults(module: Uint8Array): string[] {
  const imports = flatRead(readSections(module), 2, readImports)
  const faults = imports
    .filter(({ kind, name }) => kind === 'other' || name !== 'env.memory')
    .map(({ name }) => `it imports ${name}; an instance is given nothing but env.memory`)
  const memory = imports.find((entry) => entry.kind === 'memory')
  if (!memory) return [...faults, 'it does not import env.memory']
  const { shared, minimumPages, maximumPages: maximum } = memory
  if (!shared || minimumPages > 1 || maximum !== maximumPages) {
    faults.push(
      `its memory is ${shared ? 'shared' : 'not shared'}, from ${minimumPages} to ${maximum ?? 'any'} pages; ` +
        `expected a shared one from at most 1 to ${maximumPages} pages, which every memory satisfies`,
    )
  }
  return faults
}

/** All items of the sections of one kind. */
const flatRead = <T>(sections: Section[], kind: number, read: (section: Section) => T[]): T[] =>
  sections.filter(({ id }) => id === kind).flatMap(read)

/** One segment of an object file in the words of the C that caused it, and what to write instead. */
function explainSegment(segment: string, content: Uint8Array): string {
  const [, section, rest] = /^\.(\w+)\.?(.*)$/.exec(segment) ?? ['', segment, '']
  const name = rest.replace(/^\.L\.?/, '').replace(/^__const\./, 'const ')
  const size = `${content.length} bytes`
  const table = /^switch\.table\.(.*)$/.exec(name)
  const initialiser = /^const ([^.]+)\.(.*)$/.exec(name)
  if (table) return `a lookup table for a switch in ${table[1]}(): compute the value, or pack the table into an integer`
  if (initialiser) return `the initial value of ${initialiser[2]} in ${initialiser[1]}(): assign its parts one by one`
  if (/^str(\.|$)/.test(name)) {
    const text = new TextDecoder().decode(content).replace(/\0$/, '')
    return `the string ${JSON.stringify(text)}: return a status code instead`
  }
  if (section === 'rodata') return `the constant ${name} (${size}): compute it, or hand it in through memory`
  return `the variable ${name} (${size}, ${section}): keep it in memory that the caller hands in`
}
