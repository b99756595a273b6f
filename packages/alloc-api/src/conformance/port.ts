// Two ends that exchange messages, whatever they are: a Node worker and its parentPort, a web worker and its global
// scope, a pair of MessagePorts.

/** Ends a subscription. */
export type Unsubscribe = () => void

/** One end. */
export interface Port {
  postMessage(message: unknown): void
  onMessage(listener: (message: unknown) => void): Unsubscribe
  /** Called when the other end will never answer again: it threw, exited, or sent what cannot be read. */
  onFailure(listener: (reason: string) => void): Unsubscribe
}

type Listener = (value: unknown) => void

/** How Node's `worker_threads` speak. */
interface NodeEnd {
  postMessage(message: unknown): void
  on(event: string, listener: Listener): unknown
  off(event: string, listener: Listener): unknown
}

/** How browsers do. */
interface WebEnd {
  postMessage(message: unknown): void
  addEventListener(type: string, listener: Listener): void
  removeEventListener(type: string, listener: Listener): void
  start?(): void
}

/** A {@link Port} over a `Worker`, a `parentPort`, a worker's `self` or a `MessagePort`. */
export function portOf(end: NodeEnd | WebEnd): Port {
  return 'on' in end ? nodePort(end) : webPort(end)
}

function nodePort(end: NodeEnd): Port {
  const on = (listeners: Record<string, Listener>): Unsubscribe => {
    for (const [event, listener] of Object.entries(listeners)) end.on(event, listener)
    return () => {
      for (const [event, listener] of Object.entries(listeners)) end.off(event, listener)
    }
  }
  return {
    postMessage: (message) => {
      end.postMessage(message)
    },
    onMessage: (message) => on({ message }),
    onFailure: (listener) =>
      on({
        error: (error) => listener(String(error)),
        messageerror: (error) => listener(`a message could not be read: ${String(error)}`),
        exit: (code) => listener(`exited with code ${String(code)}`),
      }),
  }
}

function webPort(end: WebEnd): Port {
  const on = (listeners: Record<string, Listener>): Unsubscribe => {
    for (const [type, listener] of Object.entries(listeners)) end.addEventListener(type, listener)
    end.start?.()
    return () => {
      for (const [type, listener] of Object.entries(listeners)) end.removeEventListener(type, listener)
    }
  }
  return {
    postMessage: (message) => {
      end.postMessage(message)
    },
    onMessage: (listener) => on({ message: (event) => listener((event as { data: unknown }).data) }),
    onFailure: (listener) =>
      on({
        error: (event) => listener((event as { message?: string }).message ?? 'the script did not load'),
        messageerror: () => listener('a message could not be read'),
      }),
  }
}
