// The comment that a source file opens with, without its marks. A line for the loader (`#!`) may stand before it.

/** The first comment's words; undefined where something else comes first. */
export function openingComment(text: string): string | undefined {
  const start = text.replace(/^#!.*\n/, '').trimStart()
  const block = /^\/\*([\s\S]*?)\*\//.exec(start)
  if (block) return block[1].replace(/^[\s*]+/gm, ' ').trim()
  const lines = /^(?:\/\/.*(?:\n|$))+/.exec(start)
  return lines?.[0].replace(/^\/\/+/gm, '').trim()
}

/** Comments that speak to a tool say nothing to a reader. */
export const isDirective = (comment: string): boolean =>
  /^(?:@|#|eslint-|prettier-|clang-format|<reference|SPDX-|Copyright)/.test(comment)
