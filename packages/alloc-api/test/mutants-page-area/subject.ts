// The model as the suite's subject: over a small file system of arrays, which is gone with it.
import type { MakePageTestFile, PageAreaSubject, PageTestFile } from '../../src/conformance/page-area/index.ts'
import type { PageAreaBackend } from '../../src/page-area.ts'
import { makePageAreaModel, type PageAreaModelParts } from '../../src/model/page-area.ts'
import { ModelFiles } from '../../src/model/page-area-files.ts'
import { sab } from '../../src/sab.ts'

/** A model of other parts; `change` makes another backend of it. */
export function modelSubject(
  name: string,
  parts: Partial<PageAreaModelParts>,
  change: (backend: PageAreaBackend) => PageAreaBackend = (backend) => backend,
): PageAreaSubject {
  const files = new ModelFiles()
  return {
    name,
    backend: change(makePageAreaModel(parts, files)),
    memory: (bytes) => sab.create({ bytes }),
    file: filesOf(files),
  }
}

/** Makes files of that file system. */
const filesOf =
  (files: ModelFiles): MakePageTestFile =>
  async (bytes) => {
    const path = files.make(bytes)
    const file: PageTestFile = {
      path,
      read: async () => files.get(path),
      truncate: async (length) => files.resize(path, length),
      remove: async () => files.remove(path),
    }
    return file
  }
