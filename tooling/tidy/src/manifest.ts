// package.json, read as untrusted data: only fields of the expected type survive, everything else reads as absent.
// Line numbers come from TypeScript's JSON parser, which keeps positions.
import ts from 'typescript'
import { Misuse } from './check.ts'

export type Json = string | number | boolean | null | Json[] | { [key: string]: Json }
export type JsonObject = Record<string, Json>

export interface Manifest {
  name: string
  private: boolean
  scripts: Record<string, string>
  /** Everything as it stands in the file. */
  fields: JsonObject
  /** One entry for each dependency of any kind. */
  dependencies: { kind: DependencyKind; name: string; version: string }[]
}

const kinds = ['dependencies', 'devDependencies', 'optionalDependencies', 'peerDependencies'] as const
export type DependencyKind = (typeof kinds)[number]

export const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

export function readManifest(file: string, text: string): Manifest {
  let fields: Json
  try {
    fields = JSON.parse(text) as Json
  } catch (error) {
    throw new Misuse(`${file} is not valid JSON: ${(error as Error).message}`)
  }
  if (!isObject(fields)) throw new Misuse(`${file} must hold an object.`)
  return {
    name: typeof fields.name === 'string' ? fields.name : '',
    private: fields.private === true,
    scripts: strings(fields.scripts),
    fields,
    dependencies: kinds.flatMap((kind) =>
      Object.entries(strings(fields[kind])).map(([name, version]) => ({ kind, name, version })),
    ),
  }
}

function strings(value: Json | undefined): Record<string, string> {
  const entries = isObject(value) ? Object.entries(value) : []
  return Object.fromEntries(entries.filter((entry): entry is [string, string] => typeof entry[1] === 'string'))
}

/** The line of a property, found by its path of keys; of the deepest part that exists, at least line 1. */
export function lineOf(text: string, ...keys: string[]): number {
  const source = ts.parseJsonText('package.json', text)
  let at: ts.Node | undefined = source.statements.at(0)?.expression
  let line = 1
  for (const key of keys) {
    if (!at || !ts.isObjectLiteralExpression(at)) break
    const property = at.properties
      .filter(ts.isPropertyAssignment)
      .find(({ name }) => ts.isStringLiteral(name) && name.text === key)
    if (!property) break
    line = source.getLineAndCharacterOfPosition(property.getStart(source)).line + 1
    at = property.initializer
  }
  return line
}
