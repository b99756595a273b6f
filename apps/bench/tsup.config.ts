import { application, pageScript } from '@parperos/presets/tsup'

export default [
  application({
    cli: 'src/cli.ts',
    cell: 'src/measure/cell.ts',
    worker: 'src/measure/worker.ts',
  }),
  pageScript({ page: 'src/report/page/main.ts' }),
]
