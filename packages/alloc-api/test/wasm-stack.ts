// A core that does nothing but tell where its stack is: an exported, changeable `__stack_pointer`, and `stack()`.
import { end, i32, importedMemory, preamble, section, text } from './wasm-bytes.ts'

const globalGet = 0x23
const i32Const = 0x41
const changeable = 0x01

export const stackModule = Uint8Array.from([
  ...preamble,
  ...section(1, 1, 0x60, 0, 1, i32),
  ...importedMemory,
  ...section(3, 1, 0),
  ...section(6, 1, i32, changeable, i32Const, 0, end),
  ...section(7, 2, ...text('stack'), 0x00, 0, ...text('__stack_pointer'), 0x03, 0),
  ...section(10, 1, 4, 0, globalGet, 0, end),
])
