// Sizes as people write and read them: 64M is 64 · 2^20 bytes.
import { InvalidArgumentError } from 'commander'

const units = ['', 'K', 'M', 'G', 'T']

/** For commander: bytes of '4096', '64M', '1.5 GiB'. */
export function sizeOf(text: string): number {
  const [, number = '', unit = ''] = /^(\d+(?:\.\d+)?) ?([KMGT]?)(?:i?B)?$/i.exec(text.trim()) ?? ['', 'none']
  const bytes = Math.round(Number(number) * 1024 ** units.indexOf(unit.toUpperCase()))
  if (Number.isSafeInteger(bytes)) return bytes
  throw new InvalidArgumentError('A size is a number of bytes, or of K, M, G or T of them: 65536, 64M, 1.5G.')
}

/** For people: three digits and a unit. */
export function readable(bytes: number): string {
  const power = bytes < 1 ? 0 : Math.min(Math.floor(Math.log2(bytes) / 10), units.length - 1)
  const number = bytes / 1024 ** power
  const digits = power === 0 || number >= 100 ? number.toFixed(0) : number.toPrecision(3)
  return `${digits} ${units[power]}${power ? 'i' : ''}B`
}

/** For commander: a whole number of at least `least`. */
export const wholeNumber =
  (least: number) =>
  (text: string): number => {
    const value = /^\d+$/.test(text) ? Number(text) : NaN
    if (value >= least && Number.isSafeInteger(value)) return value
    throw new InvalidArgumentError(`Expected a whole number from ${least} on.`)
  }
