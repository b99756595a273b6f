// Errors planted on purpose: what is synced, in which order, and what is used again. Each has to be found.
import type { Mutant } from '@parperos/observe'
import type { Job } from './scenario.ts'

export interface PlantedError {
  name: string
  mutants: Mutant[]
  /** Where it is found, if not in any run that goes on from a store with entries. */
  job: Partial<Job>
}

const planted = (
  name: string,
  changes: [file: string, find: string, replace?: string][],
  job: Partial<Job> = {},
): PlantedError => ({
  ...{ name, job },
  mutants: changes.map(([file, find, replace = '']) => ({ file: `apps/buffer-manager/src/${file}.ts`, find, replace })),
})

const writingMeta = 'this.#writeMeta(begun, list)\n      await this.#syncSoon()'

export const plantedErrors: PlantedError[] = [
  planted(
    'the pages of a checkpoint are not synced before its meta page is written',
    [['store/checkpoint', `await this.#syncSoon()\n      ${writingMeta}`, writingMeta]],
    { every: 100, statesPerMoment: 3 },
  ),
  planted('the log is discarded before the meta page is synced', [
    ['store/checkpoint', writingMeta, 'this.#writeMeta(begun, list)'],
  ]),
  planted('the log is discarded before the checkpoint is written', [
    ['store/checkpoint', '    this.#parts.log.discardBefore(segment)\n'],
    ['store/checkpoint', '    doubles[double.started] = epoch\n', '    doubles[double.started] = epoch\n    log.discardBefore(segment)\n'],
  ]),
  planted('dirty pages are not written', [
    ['store/checkpoint', '      await pool.writeBack((birth) => isFrozen(birth, begun))\n'],
  ]),
  planted('pages of the durable checkpoint are used again at once', [
    ['store/pages', 'Math.min(oldest, doubles[double.durable], doubles[double.floor])', 'oldest'],
  ]),
  planted('leaves are changed in place while a checkpoint is made', [
    ['store/pages', 'return this.#overSnapshots(this.#shared.doubles[double.started], Math.max)', 'return 0'],
  ]),
  planted('the list of the durable checkpoint is overwritten', [
    ['store/checkpoint', '    numbers.giveBack(before)\n'],
    ['store/checkpoint', 'pages.push(this.#takeListPage())', 'pages.push(before[i - 1] ?? this.#takeListPage())'],
  ]),
  planted('a checkpoint says that its log begins one commit later', [
    ['store/checkpoint', 'sequence: doubles[double.sequence],', 'sequence: doubles[double.sequence] + 1,'],
  ]),
  planted('the log is not synced', [
    ['log/files', '(fd, done) => fs.fdatasync(fd, done)', '(_fd, done) => void setImmediate(done, null)'],
  ]),
  planted('the log is not synced where the caller waits', [
    ['log/files', '(fd) => fs.fdatasyncSync(fd)', '() => undefined'],
  ]),
  planted('the names of new segments are not synced', [['log/segment', 'files.syncDirectory(directory)\n']]),
  planted(
    'a new store gets its name before its pages are synced',
    [['store/directory', '    file.sync()\n    renameSync', '    renameSync']],
    { before: 0 },
  ),
]
