// An assertion that browsers have too.

export function expectTrue(condition: boolean, otherwise: string): void {
  if (!condition) throw new Error(otherwise)
}
