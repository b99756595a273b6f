// Runs in a web worker: the suite of page areas on the model, and the files of the browser, which are only here.
import { serveChecks, systemFiles, pageAreaSuite } from '../../../src/conformance/page-area/index.ts'
import { portOf } from '../../../src/conformance/index.ts'
import { modelSubject } from '../subject.ts'

const files = {
  name: 'the files that the suite makes hold what they are given, are cut, and go',
  run: async () => {
    const file = await systemFiles(Uint8Array.of(1, 2, 3, 4))
    if (String(await file.read()) !== '1,2,3,4') throw new Error('the bytes of a new file')
    await file.truncate(2)
    if (String(await file.read()) !== '1,2') throw new Error('the bytes of a file that was cut')
    await file.remove()
    const again = await file.read().catch((error: unknown) => error)
    if (!(again instanceof Error)) throw new Error('a file that was removed can be read')
  },
}

serveChecks(portOf(self), [files, ...pageAreaSuite(modelSubject('model', {}))])
