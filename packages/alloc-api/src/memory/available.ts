// Whether shared memory can be had here at all: browsers give it to cross-origin isolated pages only.

/** Null, or the sentence that says why there is no SharedArrayBuffer here. */
export function sharedMemoryUnavailable(): string | null {
  if (typeof SharedArrayBuffer !== 'undefined') return null
  const isolated = (globalThis as { crossOriginIsolated?: boolean }).crossOriginIsolated
  return isolated === false
    ? 'the page is not cross-origin isolated (serve it with COOP same-origin and COEP require-corp)'
    : 'this JavaScript engine has no SharedArrayBuffer'
}
