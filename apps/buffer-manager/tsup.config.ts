import { library } from '@parperos/presets/tsup'

export default library({
  index: 'src/index.ts',
  level: 'src/level/index.ts',
  cli: 'src/cli/main.ts',
})
