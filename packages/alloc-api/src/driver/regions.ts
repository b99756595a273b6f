// The two Regions that a component has in a memory: its words, under the name that it was opened with, and the stacks of
// the WebAssembly instances that work on it, under `<name>-stacks`.
import { ParperosError } from '../errors.ts'
import { PAGE_BYTES } from '../memory/directory.ts'
import type { Memory } from '../memory/memory.ts'
import { Region, type RegionHandle } from '../memory/region.ts'
import { STACK_BYTES } from './stacks.ts'

export interface ComponentRegions {
  region: Region
  stacks: Region
}

/** The part of a handle that every component has. */
export interface ComponentHandle {
  readonly component: string
  readonly layoutVersion: number
  readonly region: RegionHandle
  readonly stacks: RegionHandle
}

export interface CarveOptions {
  component: string
  name: string
  /** Of the words. */
  bytes: number
  slots: number
  /** Regions of that name are used if they are there: whoever opens recovers what is in them. Default: they must not be. */
  reuse?: boolean
  /** What to do when a Region of that name is there, and when the memory is too small. */
  hints?: { taken?: string; tooSmall?: string }
}

const stacksOf = (name: string): string => `${name}-stacks`

const inPages = (bytes: number): number => Math.ceil(bytes / PAGE_BYTES) * PAGE_BYTES

/** Carves both Regions. Throws `BAD_NAME` or `TOO_SMALL`; Regions that are used again and too short: `BAD_SIZE`. */
export function carveRegions(memory: Memory, options: CarveOptions): ComponentRegions {
  const { component, name, bytes, slots, reuse = false, hints = {} } = options
  const parts = [
    { name: stacksOf(name), bytes: slots * STACK_BYTES },
    { name, bytes },
  ].map((part) => ({ ...part, found: memory.find(part.name) }))
  // What is carved cannot be given back: so what could stop the second Region is looked at before the first.
  const taken = parts.find((part) => part.found)
  if (taken && !reuse) {
    const hint = hints.taken ?? 'give this one another name'
    throw new ParperosError('BAD_NAME', `the memory already has a Region named ${taken.name}`, { hint })
  }
  const needed = parts.reduce((sum, part) => sum + (part.found ? 0 : inPages(part.bytes)), 0)
  if (needed > memory.freeBytes) {
    const hint = hints.tooSmall ?? 'create the memory larger'
    throw new ParperosError('TOO_SMALL', `${component} needs ${needed} bytes, the memory has ${memory.freeBytes} left`, { hint })
  }
  for (const part of parts) {
    if (!part.found || part.found.byteLength >= part.bytes) continue
    throw new ParperosError('BAD_SIZE', `Region ${part.name} has ${part.found.byteLength} bytes, ${part.bytes} are needed`, {
      hint: 'recover with the options that it was opened with',
    })
  }
  const [stacks, region] = parts.map((part) => part.found ?? memory.region(part.bytes, part.name))
  return { region, stacks }
}

/** Throws `BAD_HANDLE` for what is no handle of that component with these Regions, `BAD_VERSION`. It may be anything. */
export function requireHandle<Handle extends { component: string; layoutVersion: number }>(
  handle: Handle,
  component: string,
  layoutVersion: number,
  regions: readonly (keyof Handle)[],
): void {
  const given = handle as Partial<Handle> | null | undefined
  if (!given || typeof given !== 'object' || given.component !== component || regions.some((region) => !given[region])) {
    const found = String(given?.component)
    throw new ParperosError('BAD_HANDLE', `not a handle of ${component}: its component is ${found}, expected ${component}`)
  }
  if (given.layoutVersion === layoutVersion) return
  const found = String(given.layoutVersion)
  throw new ParperosError('BAD_VERSION', `a handle of layout version ${found}, expected ${layoutVersion}`, {
    hint: 'use the same version of the package everywhere',
  })
}

/** The Regions that a handle names. Throws `BAD_HANDLE`, `BAD_VERSION` or `BAD_SIZE`: a handle may be anything. */
export function regionsOf(handle: ComponentHandle, component: string, layoutVersion: number): ComponentRegions {
  requireHandle(handle, component, layoutVersion, ['region', 'stacks'])
  const region = Region.from(handle.region)
  const stacks = Region.from(handle.stacks)
  if (stacks.memory.buffer === region.memory.buffer) return { region, stacks }
  throw new ParperosError('BAD_HANDLE', 'the handle names Regions of two memories')
}

/** The Regions of that name in a memory; `what` they are is for people. Throws `BAD_NAME` when there are none. */
export function regionsIn(memory: Memory, name: string, what: string): ComponentRegions {
  const [region, stacks] = [memory.find(name), memory.find(stacksOf(name))]
  if (region && stacks) return { region, stacks }
  throw new ParperosError('BAD_NAME', `this memory has no ${what} named ${name}`, {
    hint: `its Regions are: ${memory.names().join(', ') || 'none'}`,
  })
}

/** Throws `BAD_SIZE` unless a number that the header says is in its range. */
export function requireInHeader(name: string, value: number, least: number, most: number): void {
  if (value >= least && value <= most) return
  throw new ParperosError('BAD_SIZE', `the header says ${name} ${value}, which is none of ${least} to ${most}`)
}
