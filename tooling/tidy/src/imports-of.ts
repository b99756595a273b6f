// What a TypeScript or JavaScript file imports, read from its syntax tree: `import`, `export … from`, `import()`,
// `import('x').T`, `require('x')`. Only specifiers that are written out count; a computed one cannot be judged.
import ts from 'typescript'

export interface Import {
  specifier: string
  line: number
  /** `type` leaves no trace at run time; `dynamic` loads when its line is reached; `static` loads with the file. */
  kind: 'static' | 'type' | 'dynamic'
}

export function importsOf(source: ts.SourceFile): Import[] {
  const found: Import[] = []
  const add = (specifier: ts.Node | undefined, kind: Import['kind']): void => {
    if (!specifier || !ts.isStringLiteralLike(specifier)) return
    found.push({ specifier: specifier.text, line: lineAt(source, specifier.getStart(source)), kind })
  }
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node)) {
      add(node.moduleSpecifier, node.importClause?.phaseModifier === ts.SyntaxKind.TypeKeyword ? 'type' : 'static')
    } else if (ts.isExportDeclaration(node)) {
      add(node.moduleSpecifier, node.isTypeOnly ? 'type' : 'static')
    } else if (ts.isImportTypeNode(node)) {
      add(ts.isLiteralTypeNode(node.argument) ? node.argument.literal : undefined, 'type')
    } else if (ts.isCallExpression(node) && loads(node.expression)) {
      add(node.arguments[0], 'dynamic')
    }
    ts.forEachChild(node, visit)
  }
  visit(source)
  return found
}

const loads = (callee: ts.Expression): boolean =>
  callee.kind === ts.SyntaxKind.ImportKeyword || (ts.isIdentifier(callee) && callee.text === 'require')

export const lineAt = (source: ts.SourceFile, position: number): number =>
  source.getLineAndCharacterOfPosition(position).line + 1

/** Every use of `Atomics` as a value; `typeof Atomics` in a type, and a property of that name, are none. */
export function atomicsUses(source: ts.SourceFile): number[] {
  const lines: number[] = []
  const visit = (node: ts.Node): void => {
    if (ts.isIdentifier(node) && node.text === 'Atomics' && isValue(node)) lines.push(lineAt(source, node.getStart(source)))
    ts.forEachChild(node, visit)
  }
  visit(source)
  return lines
}

function isValue(node: ts.Identifier): boolean {
  const { parent } = node
  if (ts.isTypeQueryNode(parent) || ts.isTypeReferenceNode(parent) || ts.isQualifiedName(parent)) return false
  if (ts.isPropertyAccessExpression(parent)) return parent.expression === node || isGlobal(parent.expression)
  return !(ts.isPropertyAssignment(parent) && parent.name === node)
}

const isGlobal = (node: ts.Expression): boolean => ts.isIdentifier(node) && node.text === 'globalThis'
