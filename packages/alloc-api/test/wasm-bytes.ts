// The few parts of WebAssembly's binary format that the tests' modules are written out in.

/** A name: its length, then its bytes. */
export const text = (word: string): number[] => [word.length, ...new TextEncoder().encode(word)]

export const section = (id: number, ...content: number[]): number[] => [id, content.length, ...content]

export const i32 = 0x7f
export const end = 0x0b

/** Magic number and version. */
export const preamble = [0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0]

/** Imports `env.memory`: shared, 1 … 65,536 pages. */
export const importedMemory = section(2, 1, ...text('env'), ...text('memory'), 0x02, 0x03, 1, 0x80, 0x80, 0x04)
