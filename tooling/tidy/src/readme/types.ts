// Type-checks all TypeScript examples in one program, as a user's strict project would. In an example that is not run,
// a name that the text around it introduced need not be declared: complaints about such a name are passed over, also
// where a browser's window happens to have it (`frames`, `open`, `status`).
import ts from 'typescript'
import { basename, join } from 'node:path'
import { lineAt } from '../imports-of.ts'
import type { Example, Fault } from './examples.ts'

export interface Placed {
  example: Example
  path: string
}

const cannotFindName = [2304, 2552, 2503]

/** The faults of each example; JavaScript is only parsed. */
export function checkTypes(root: string, placed: Placed[]): Map<Example, Fault[]> {
  const program = ts.createProgram(
    placed.map(({ path }) => path),
    {
      target: ts.ScriptTarget.ES2024,
      lib: ['lib.es2024.d.ts', 'lib.esnext.disposable.d.ts', 'lib.esnext.sharedmemory.d.ts', 'lib.dom.d.ts'],
      module: ts.ModuleKind.NodeNext,
      moduleResolution: ts.ModuleResolutionKind.NodeNext,
      moduleDetection: ts.ModuleDetectionKind.Force,
      types: ['node'],
      typeRoots: [join(root, 'node_modules', '@types')],
      strict: true,
      allowJs: true,
      checkJs: false,
      skipLibCheck: true,
      noEmit: true,
      allowImportingTsExtensions: true,
    },
  )
  return new Map(placed.map(({ example, path }) => [example, faultsOf(program, example, path)]))
}

function faultsOf(program: ts.Program, { files: [main], noRun }: Example, path: string): Fault[] {
  const source = program.getSourceFile(path)
  if (!source) return []
  const faults = [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)]
    .filter(({ code, start = 0 }) => !(noRun && (cannotFindName.includes(code) || isOfWindow(program, source, start))))
    .map(({ start = 0, messageText }) => ({
      line: main.firstLine + lineAt(source, start) - 1,
      rule: 'types',
      message: `the example does not compile: ${ts.flattenDiagnosticMessageText(messageText, ' ')}`,
      mend: 'mend the example; build first where a module or its types are missing',
    }))
  // What follows from the first fault of a line says nothing new.
  return faults.filter(({ line }, index) => faults.findIndex((fault) => fault.line === line) === index)
}

/** Whether a complaint is about a variable that only lib.dom declares, or about a member of it. */
function isOfWindow(program: ts.Program, source: ts.SourceFile, position: number): boolean {
  const name = headAt(source, position)
  const declarations = name && program.getTypeChecker().getSymbolAtLocation(name)?.declarations
  return declarations?.every((node) => basename(node.getSourceFile().fileName) === 'lib.dom.d.ts') ?? false
}

/** The variable at the head of the expression that a position stands in: `a` for every part of `a.b.c`. */
function headAt(source: ts.SourceFile, position: number): ts.Identifier | undefined {
  let found: ts.Node | undefined
  const visit = (node: ts.Node): void => {
    if (node.getStart(source) > position || node.getEnd() <= position) return
    const isMember = found && ts.isPropertyAccessExpression(found) && found.name === node
    if (ts.isPropertyAccessExpression(node) || (ts.isIdentifier(node) && !isMember)) found = node
    ts.forEachChild(node, visit)
  }
  visit(source)
  while (found && ts.isPropertyAccessExpression(found)) found = found.expression
  return found && ts.isIdentifier(found) ? found : undefined
}
