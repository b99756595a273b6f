// A schedule explorer for SharedArrayBuffer code. See README.md for a guide, DESIGN.md for how it works.
export { explore, Explorer, replay, type ExplorerOptions, type RunOptions } from './explorer.ts'
export type { Exploration, ExploreOptions, Failure, Replay } from './explore.ts'
export type { FailureKind } from './runner.ts'
export type { Scenario, ScenarioName } from './scenario.ts'
