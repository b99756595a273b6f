import { library } from '@parperos/presets/tsup'

// The package that defines `#atomics` carries it; its source is not published.
export default library(
  {
    index: 'src/index.ts',
    sab: 'src/sab.ts',
    wasm: 'src/wasm.ts',
    native: 'src/native.ts',
    atomics: 'src/sab/atomics.ts',
    driver: 'src/driver/index.ts',
    'driver-wasm': 'src/driver/wasm-core.ts',
    'driver-native': 'src/driver/native-core.ts',
    'driver-bench': 'src/driver/bench.ts',
    conformance: 'src/conformance/index.ts',
    model: 'src/model/index.ts',
  },
  ['#atomics'],
)
