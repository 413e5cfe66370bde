/**
 * How long something that keeps failing has to wait: 10 s, doubled, 5 min at most, forgotten when it was well for twice that
 * (kubernetes/client-go:util/flowcontrol/backoff.go).
 */
export class Backoff {
  readonly #entries = new Map<string, { delayMs: number; updatedMs: number }>()
  readonly #firstMs: number
  readonly #maxMs: number

  constructor(o: { readonly firstMs: number; readonly maxMs: number } = { firstMs: 10_000, maxMs: 300_000 }) {
    this.#firstMs = o.firstMs
    this.#maxMs = o.maxMs
  }

  /** Whether something that failed at `sinceMs` still has to wait. */
  isWaiting(key: string, o: { readonly sinceMs: number; readonly nowMs: number }): boolean {
    const entry = this.#entries.get(key)
    if (entry === undefined || this.#isOver(entry, o.sinceMs)) return false
    return o.nowMs - o.sinceMs < entry.delayMs
  }

  /** Whether its last try is so recent that it has to wait (IsInBackOffSinceUpdate). */
  waitsSinceTry(key: string, nowMs: number): boolean {
    const entry = this.#entries.get(key)
    return entry !== undefined && nowMs - entry.updatedMs < entry.delayMs
  }

  /** It is tried again now: the next wait will be longer. */
  next(key: string, o: { readonly sinceMs: number; readonly nowMs: number }): void {
    const entry = this.#entries.get(key)
    const fresh = entry === undefined || this.#isOver(entry, o.sinceMs)
    const delayMs = fresh ? this.#firstMs : Math.min(entry.delayMs * 2, this.#maxMs)
    this.#entries.set(key, { delayMs, updatedMs: o.nowMs })
  }

  delayMs(key: string): number {
    return this.#entries.get(key)?.delayMs ?? 0
  }

  forget(key: string): void {
    this.#entries.delete(key)
  }

  #isOver(entry: { readonly updatedMs: number }, sinceMs: number): boolean {
    return sinceMs - entry.updatedMs > 2 * this.#maxMs
  }
}

/** `10s`, `1m20s`, `5m0s`: as Go prints a duration of whole seconds. */
export function goDuration(ms: number): string {
  const seconds = ms / 1000
  if (ms === 0) return '0s'
  if (seconds < 1) return `${ms}ms`
  const hours = Math.floor(seconds / 3600)
  const minutes = Math.floor((seconds % 3600) / 60)
  const rest = `${Number((seconds % 60).toFixed(3))}s`
  if (hours > 0) return `${hours}h${minutes}m${rest}`
  return minutes > 0 ? `${minutes}m${rest}` : rest
}
