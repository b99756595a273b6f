// Markdown by its grammar (CommonMark), not by patterns: links with their lines, and fenced examples with the section
// they stand in and the comment just above them.
import type { Code, Nodes, Parents } from 'mdast'
import { fromMarkdown } from 'mdast-util-from-markdown'
import { visit } from 'unist-util-visit'

export interface Link {
  url: string
  line: number
}

export interface Fence {
  /** The first word after the fence marks. */
  language: string
  /** The words after it. */
  flags: string[]
  code: string
  /** Where the fence marks stand; the code begins on the next line. */
  line: number
  /** Counts headings: fences with the same number stand in one section. */
  section: number
  /** The text of an HTML comment directly above. */
  comment: string | undefined
}

export function linksOf(markdown: string): Link[] {
  const links: Link[] = []
  visit(fromMarkdown(markdown), (node: Nodes) => {
    if (node.type === 'link' || node.type === 'image' || node.type === 'definition') {
      links.push({ url: node.url, line: lineOf(node) })
    }
  })
  return links
}

export function fencesOf(markdown: string): Fence[] {
  const fences: Fence[] = []
  let section = 0
  visit(fromMarkdown(markdown), (node: Nodes, index: number | undefined, parent: Parents | undefined) => {
    if (node.type === 'heading') section++
    // A block that is only indented has no language.
    if (node.type !== 'code' || !node.lang) return
    fences.push({
      language: node.lang,
      flags: node.meta?.split(/\s+/).filter(Boolean) ?? [],
      code: node.value,
      line: lineOf(node),
      section,
      comment: commentAbove(node, parent?.children[(index ?? 0) - 1]),
    })
  })
  return fences
}

const lineOf = (node: Nodes): number => node.position?.start.line ?? 1

function commentAbove(fence: Code, before: Nodes | undefined): string | undefined {
  if (before?.type !== 'html' || lineOf(fence) - (before.position?.end.line ?? 0) > 2) return undefined
  return /<!--([\s\S]*?)-->\s*$/.exec(before.value)?.[1]?.trim()
}
