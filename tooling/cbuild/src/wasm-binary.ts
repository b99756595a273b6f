// Reads as much of a WebAssembly binary as the check needs: sections, imports, globals and, of an object file, the data
// segments by name. A binary is a magic and a version, then sections: one byte of kind, a length, the content. Numbers
// are LEB128: seven bits a byte, low ones first, the top bit says that more follow.
//
// The input comes from our own linker a moment ago, and `new WebAssembly.Module` has accepted it, so this does not
// validate; it throws on what it does not know.

export const sectionNames: Record<number, string> = {
  0: 'custom', 1: 'type', 2: 'import', 3: 'function', 4: 'table', 5: 'memory', 6: 'global', 7: 'export', 8: 'start',
  9: 'element', 10: 'code', 11: 'data', 12: 'data count', 13: 'tag',
}

export interface MemoryImport {
  name: string
  kind: 'memory'
  shared: boolean
  minimumPages: number
  maximumPages: number | null
}

export type Import = MemoryImport | { name: string; kind: 'other' }

export interface Section {
  id: number
  content: Uint8Array
}

class Cursor {
  at = 0
  readonly bytes: Uint8Array

  constructor(bytes: Uint8Array) {
    this.bytes = bytes
  }

  get done(): boolean {
    return this.at >= this.bytes.length
  }

  byte(): number {
    return this.bytes[this.at++]
  }

  /** An unsigned LEB128 number; also skips a signed one, whose value then means nothing. */
  number(): number {
    let value = 0
    for (let scale = 1; ; scale *= 128) {
      const byte = this.byte()
      value += (byte & 127) * scale
      if (byte < 128) return value
    }
  }

  take(length: number): Uint8Array {
    this.at += length
    return this.bytes.subarray(this.at - length, this.at)
  }

  name(): string {
    return new TextDecoder().decode(this.take(this.number()))
  }

  /** `count` items, each read by `item`. */
  list<T>(item: () => T): T[] {
    return Array.from({ length: this.number() }, item)
  }

  limits(): { flags: number; minimum: number; maximum: number | null } {
    const flags = this.byte()
    return { flags, minimum: this.number(), maximum: flags & 1 ? this.number() : null }
  }

  /** Skips a constant expression of the kinds that a linker writes for globals and segments. */
  skipExpression(): void {
    for (let opcode = this.byte(); opcode !== 0x0b; opcode = this.byte()) {
      if (opcode === 0x43) this.take(4)
      else if (opcode === 0x44) this.take(8)
      else if ([0x23, 0x41, 0x42, 0xd0, 0xd2].includes(opcode)) this.number()
      else throw new Error(`unknown instruction 0x${opcode.toString(16)} in a constant expression`)
    }
  }
}

export function readSections(binary: Uint8Array): Section[] {
  const cursor = new Cursor(binary)
  cursor.take(8)
  const sections: Section[] = []
  while (!cursor.done) sections.push({ id: cursor.byte(), content: cursor.take(cursor.number()) })
  return sections
}

export function readImports(section: Section): Import[] {
  const cursor = new Cursor(section.content)
  return cursor.list((): Import => {
    const name = `${cursor.name()}.${cursor.name()}`
    const kind = cursor.byte()
    if (kind === 2) {
      const { flags, minimum, maximum } = cursor.limits()
      return { name, kind: 'memory', shared: (flags & 2) !== 0, minimumPages: minimum, maximumPages: maximum }
    }
    if (kind === 0) cursor.number()
    else if (kind === 3) cursor.take(2)
    else if (kind === 1) {
      cursor.byte()
      cursor.limits()
    } else throw new Error(`unknown kind ${kind} of import ${name}`)
    return { name, kind: 'other' }
  })
}

/** For each global that the module itself defines, whether it can change. */
export function readGlobals(section: Section): { mutable: boolean }[] {
  const cursor = new Cursor(section.content)
  return cursor.list(() => {
    cursor.byte()
    const mutable = cursor.byte() === 1
    cursor.skipExpression()
    return { mutable }
  })
}

/** The names of exported globals, by index. */
export function readGlobalExports(section: Section): Map<number, string> {
  const cursor = new Cursor(section.content)
  const exported = cursor.list(() => ({ name: cursor.name(), kind: cursor.byte(), index: cursor.number() }))
  return new Map(exported.filter(({ kind }) => kind === 3).map(({ index, name }) => [index, name]))
}

/** The data segments of an object file: what `clang -c` put into memory, and how it named each piece. */
export function readObjectSegments(object: Uint8Array): { name: string; content: Uint8Array }[] {
  const sections = readSections(object)
  const data = sections.find(({ id }) => id === 11)
  if (!data) return []
  const cursor = new Cursor(data.content)
  const contents = cursor.list(() => {
    if (cursor.number() !== 1) cursor.skipExpression()
    return cursor.take(cursor.number())
  })
  const names = sections.filter(({ id }) => id === 0).flatMap(readSegmentNames)
  return contents.map((content, index) => ({ name: names[index] ?? `segment ${index}`, content }))
}

/** The names in the custom section `linking`, where subsection 5 describes the segments; none in any other section. */
function readSegmentNames({ content }: Section): string[] {
  const cursor = new Cursor(content)
  if (cursor.name() !== 'linking') return []
  cursor.number()
  while (!cursor.done) {
    const kind = cursor.byte()
    const subsection = new Cursor(cursor.take(cursor.number()))
    if (kind !== 5) continue
    return subsection.list(() => {
      const name = subsection.name()
      subsection.number()
      subsection.number()
      return name
    })
  }
  return []
}
