import { library } from '@parperos/presets/tsup'

export default library({
  index: 'src/index.ts',
  sab: 'src/sab.ts',
  wasm: 'src/wasm.ts',
  native: 'src/native.ts',
  bench: 'bench/index.ts',
})
