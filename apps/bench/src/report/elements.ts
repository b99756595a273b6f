// Pieces of the report's page, as text.
import type { Cells } from './cells.ts'

export const section = (id: string, title: string, content: string): string =>
  `<section id="${id}"><h2>${escape(title)}</h2>${content}</section>`

export const chart = (id: string, label: string): string =>
  `<div class="chart"><canvas id="${id}" role="img" aria-label="${escape(label)}, chart"></canvas></div>`

export function table({ heads, rows }: Cells): string {
  const head = heads.map((text) => `<th scope="col">${escape(text)}</th>`).join('')
  const body = rows.map((row) => `<tr>${row.map((text) => `<td${mark(text)}>${escape(text)}</td>`).join('')}</tr>`)
  return `<div class="table"><table><thead><tr>${head}</tr></thead><tbody>${body.join('')}</tbody></table></div>`
}

/** What was aimed at shows at a glance. */
function mark(text: string): string {
  if (text.startsWith('✓')) return ' class="met"'
  return text.startsWith('✗') || text.endsWith('WRONG') ? ' class="missed"' : ''
}

export const escape = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')

export const capital = (text: string): string => text[0].toUpperCase() + text.slice(1)
