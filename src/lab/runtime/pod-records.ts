/** What a runtime keeps of pods, by id, in the order in which it came; found by its pod without looking at those of others. */
export class PodRecords<T extends { readonly id: string; readonly pod: { readonly uid: string } }> {
  readonly #all = new Map<string, T>()
  readonly #byPod = new Map<string, Set<T>>()

  get(id: string): T | undefined {
    return this.#all.get(id)
  }

  values(): MapIterator<T> {
    return this.#all.values()
  }

  /** Newest first. */
  newest(podUid?: string): readonly T[] {
    return [...(podUid === undefined ? this.#all.values() : (this.#byPod.get(podUid) ?? []))].reverse()
  }

  add(record: T): void {
    this.#all.set(record.id, record)
    const { uid } = record.pod
    const known = this.#byPod.get(uid)
    if (known === undefined) this.#byPod.set(uid, new Set([record]))
    else known.add(record)
  }

  /** Answers whether it was there. */
  delete(id: string): boolean {
    const record = this.#all.get(id)
    if (record === undefined) return false
    this.#all.delete(id)
    const left = this.#byPod.get(record.pod.uid)
    left?.delete(record)
    if (left?.size === 0) this.#byPod.delete(record.pod.uid)
    return true
  }
}
