// Folders without a single file in or beneath them. Git does not know folders, so this looks at the disk; what is
// ignored stays unseen.
import { spawnSync } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { join, posix } from 'node:path'

export function emptyFolders(root: string): string[] {
  const found: string[] = []
  const visit = (folder: string): boolean => {
    const entries = readdirSync(join(root, folder), { withFileTypes: true })
    const folders = entries.filter((entry) => entry.isDirectory() && !unseen.has(entry.name))
    const full = folders.filter(({ name }) => !visit(posix.join(folder, name)))
    const empty = full.length === 0 && folders.length === entries.length
    if (empty) found.push(folder)
    return empty
  }
  visit('')
  // Only the topmost of nested empty folders is worth a finding.
  const outermost = found.filter((folder) => folder !== '' && !found.includes(posix.dirname(folder)))
  return outermost.filter((folder) => !ignored(root, folder))
}

const unseen = new Set(['.git', 'node_modules'])

const ignored = (root: string, folder: string): boolean =>
  spawnSync('git', ['-C', root, 'check-ignore', '-q', folder]).status === 0
