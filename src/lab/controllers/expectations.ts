/**
 * What a controller has done and not yet seen in its cache, so that it does not do it twice. Counts, because a created
 * object's name is not known before the answer. kubernetes/kubernetes:pkg/controller/controller_utils.go.
 */
export class Expectations {
  readonly #pending = new Map<
    string,
    { creations: number; readonly deletions: Set<string>; sinceMs: number }
  >()

  /** Whether everything was seen, or the wait is over five minutes old. */
  satisfied(key: string, nowMs: number): boolean {
    const pending = this.#pending.get(key)
    if (pending === undefined) return true
    if (pending.creations <= 0 && pending.deletions.size === 0) return true
    return nowMs - pending.sinceMs > 300_000
  }

  expectCreations(key: string, count: number, nowMs: number): void {
    this.#of(key, nowMs).creations += count
  }

  expectDeletion(key: string, uid: string, nowMs: number): void {
    this.#of(key, nowMs).deletions.add(uid)
  }

  creationSeen(key: string): void {
    const pending = this.#pending.get(key)
    if (pending !== undefined) pending.creations = Math.max(0, pending.creations - 1)
  }

  deletionSeen(key: string, uid: string): void {
    this.#pending.get(key)?.deletions.delete(uid)
  }

  #of(key: string, nowMs: number): { creations: number; readonly deletions: Set<string> } {
    const known = this.#pending.get(key)
    if (known !== undefined && (known.creations > 0 || known.deletions.size > 0)) return known
    const fresh = { creations: 0, deletions: new Set<string>(), sinceMs: nowMs }
    this.#pending.set(key, fresh)
    return fresh
  }
}
