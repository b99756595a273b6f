import { tests } from '@parperos/presets/vitest'

export default tests()
