// Words that tell of the machine on which something was written and mean nothing to a reader elsewhere.
import type { Check } from '../check.ts'
import { matches } from '../roles.ts'

export const words: Check = {
  name: 'words',
  about: 'no paths of a build machine, no registry hosts',
  run: (repository, { words: table, wordless }) =>
    repository.files
      .filter((file) => !matches(file, wordless) && repository.isText(file))
      .flatMap((file) =>
        repository.lines(file).flatMap((text, index) =>
          table.flatMap(({ pattern, called, mend }) => {
            const word = pattern.exec(text)?.[0]
            if (word === undefined) return []
            return [{ rule: 'words/forbidden', file, line: index + 1, message: `says ${word}, ${called}`, mend }]
          }),
        ),
      ),
}
