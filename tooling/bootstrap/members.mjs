// The workspace's packages, found without a dependency: every folder of packages, apps and tooling with a manifest.
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'

/** Folders relative to the root, sorted: `apps/bench`, `packages/alloc-api`, … */
export const members = (root) =>
  ['apps', 'packages', 'tooling']
    .flatMap((group) => readdirSync(join(root, group)).map((name) => `${group}/${name}`))
    .filter((folder) => existsSync(join(root, folder, 'package.json')))
    .sort()
