// What an example says that it prints: `console.log(x) // → text`, or `// → text` on a line of its own for a further line
// of output. After an expression or a `const`, the value is what is meant, so the run prints it: the example is rewritten
// within its lines, so that line numbers stay those of the README.
import ts from 'typescript'
import { lineAt } from '../imports-of.ts'

export interface Claims {
  /** The example, with every claimed value printed. */
  code: string
  /** The texts in order. `…` in one stands for anything. */
  expected: { text: string; line: number }[]
  /** Lines of claims that nothing can be compared with. */
  unchecked: number[]
}

const mark = /\/\/\s*→\s?(.*)$/

export function claimsOf(code: string): Claims {
  const source = ts.createSourceFile('example.ts', code, ts.ScriptTarget.Latest, true)
  const insertions: { at: number; text: string }[] = []
  const expected: Claims['expected'] = []
  const unchecked: number[] = []
  code.split('\n').forEach((text, index) => {
    const claim = mark.exec(text)
    if (!claim) return
    const line = index + 1
    expected.push({ text: claim[1].trimEnd(), line })
    // A closing brace or nothing before the mark: what was printed before speaks for itself.
    if (/^[\s})\];]*$/.test(text.slice(0, claim.index))) return
    const printed = printing(statementEndingAt(source, line))
    if (printed) insertions.push(...printed)
    else unchecked.push(line)
  })
  return { code: insert(code, insertions), expected, unchecked }
}

/** The innermost statement whose last line is `line`. */
function statementEndingAt(source: ts.SourceFile, line: number): ts.Statement | undefined {
  let found: ts.Statement | undefined
  const visit = (node: ts.Node): void => {
    if (ts.isStatement(node) && lineAt(source, node.getEnd()) === line) found = node
    ts.forEachChild(node, visit)
  }
  visit(source)
  return found
}

/** What to insert so that the statement's value is printed; nothing where it prints by itself. */
function printing(statement: ts.Statement | undefined): { at: number; text: string }[] | undefined {
  if (!statement) return undefined
  if (/\bconsole\./.test(statement.getText())) return []
  if (ts.isExpressionStatement(statement)) {
    const { expression } = statement
    return [
      { at: expression.getStart(), text: 'console.log(' },
      { at: expression.getEnd(), text: ')' },
    ]
  }
  if (!ts.isVariableStatement(statement)) return undefined
  const [declaration, ...more] = statement.declarationList.declarations
  if (more.length > 0 || !ts.isIdentifier(declaration.name)) return undefined
  return [{ at: statement.getEnd(), text: `; console.log(${declaration.name.text})` }]
}

const insert = (code: string, insertions: { at: number; text: string }[]): string =>
  insertions.reduceRight((text, { at, text: more }) => text.slice(0, at) + more + text.slice(at), code)

/** Whether a printed line is what was claimed. */
export function fits(printed: string, expected: string): boolean {
  const parts = expected.split('…').map((part) => part.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&'))
  return new RegExp(`^${parts.join('.*')}$`).test(printed.trimEnd())
}
