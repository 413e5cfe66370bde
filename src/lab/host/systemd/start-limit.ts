/** StartLimitBurst= and StartLimitIntervalSec= of a unit: how often it may be started in a row (systemd.unit(5)). */
export class StartLimit {
  #startsMs: readonly number[] = []

  /** Counts a start, or answers false where one more would be too many: that one is not counted. */
  admits(
    nowMs: number,
    { burst, intervalMs }: { readonly burst: number; readonly intervalMs: number },
  ): boolean {
    this.#startsMs = this.#startsMs.filter((startMs) => startMs > nowMs - intervalMs)
    if (intervalMs > 0 && this.#startsMs.length >= burst) return false
    this.#startsMs = [...this.#startsMs, nowMs]
    return true
  }

  forget(): void {
    this.#startsMs = []
  }
}
