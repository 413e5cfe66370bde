import type { Process } from '#lab/host/ports.ts'

/** Looks every so often, the first time at once; false when the time is up (k8s.io/apimachinery/pkg/util/wait). */
export async function until(
  p: Process,
  holds: () => boolean,
  { everyMs, timeoutMs }: { readonly everyMs: number; readonly timeoutMs: number },
): Promise<boolean> {
  const endMs = p.now() + timeoutMs
  while (!holds()) {
    if (p.now() >= endMs) return false
    await p.sleep(everyMs)
  }
  return true
}
