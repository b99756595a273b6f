// A backend is one implementation of a component. Opening is not the instance: a Backend knows whether it can run here
// and makes instances; what an instance can do is the component's contract.
import { ParperosError } from './errors.ts'

/** `sab`: TypeScript and Atomics. `wasm`: the C core as WebAssembly. `native`: the C core as a Node-API addon. */
export type BackendKind = 'sab' | 'wasm' | 'native'

/** Makes instances of one component on one kind of code. */
export interface Backend<Config, Instance, Handle, Supports> {
  readonly kind: BackendKind
  /** The component that this is a backend of, for example `llfree`. */
  readonly component: string
  /** One bit for each capability; a false one answers with the coded error `UNSUPPORTED`. */
  readonly supports: Supports
  /** Null when the backend can run here, else one sentence that says why not. */
  unavailable(): string | null
  /** Makes a new structure and attaches to its slot 0. */
  open(config: Config): Promise<Instance>
  /** Attaches to a structure that some backend opened, here or in another worker, as the owner of `slot`. */
  attach(handle: Handle, slot: number, options?: AttachOptions): Promise<Instance>
}

export interface AttachOptions {
  /**
   * Take the slot even though it is marked as held. The caller knows that its former holder is gone (a worker that was
   * terminated, a process that was killed) and will not use it again.
   */
  takeOver?: boolean
  /** Why this backend was chosen: what `info().chosen` will say. */
  chosen?: string
}

/** What was chosen among several backends, and why not the ones before it. */
export interface BackendChoice<B> {
  backend: B
  /** For each backend that came earlier and cannot run here: `kind: reason`. */
  passedOver: string[]
}

/** The first of `candidates` that can run here. Throws `UNAVAILABLE` with every reason when none can. */
export function chooseBackend<B extends { kind: BackendKind; component: string; unavailable(): string | null }>(
  candidates: readonly B[],
): BackendChoice<B> {
  const passedOver: string[] = []
  for (const backend of candidates) {
    const reason = backend.unavailable()
    if (reason === null) return { backend, passedOver }
    passedOver.push(`${backend.kind}: ${reason}`)
  }
  const component = candidates[0]?.component ?? 'component'
  throw new ParperosError('UNAVAILABLE', `no backend of ${component} can run here: ${passedOver.join('; ')}`)
}

/** Throws `UNAVAILABLE` with the backend's reason unless it can run here. */
export function requireAvailable(backend: { kind: BackendKind; component: string; unavailable(): string | null }): void {
  const reason = backend.unavailable()
  if (reason !== null) {
    throw new ParperosError('UNAVAILABLE', `the ${backend.kind} backend of ${backend.component} cannot run: ${reason}`)
  }
}
