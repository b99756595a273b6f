// Tests that do not run, found in the syntax tree, so that the same word in a string or on another object is none:
// `it.skip(…)`, `describe.only.each(…)(…)`, `test.todo('…')`, and `context.skip()` inside a test.
import ts from 'typescript'
import { lineAt } from './imports-of.ts'

const runners = ['it', 'test', 'describe', 'suite', 'bench', 'context', 'ctx', 'task']

export function switchedOff(source: ts.SourceFile, words: readonly string[]): { word: string; line: number }[] {
  const found: { word: string; line: number }[] = []
  const visit = (node: ts.Node): void => {
    if (ts.isPropertyAccessExpression(node) && words.includes(node.name.text) && runners.includes(rootOf(node))) {
      found.push({ word: node.name.text, line: lineAt(source, node.name.getStart(source)) })
    }
    ts.forEachChild(node, visit)
  }
  visit(source)
  return found
}

/** The name at the head of `a.b.c(…).d`. */
function rootOf(node: ts.Expression): string {
  if (ts.isIdentifier(node)) return node.text
  if (ts.isPropertyAccessExpression(node) || ts.isCallExpression(node)) return rootOf(node.expression)
  return ''
}
