/** So many changes of an order are made one by one; more are made in one go, when somebody looks. */
const fewChanges = 8

/**
 * Keys in their order. What comes and goes is noted, and put where it belongs when somebody looks: of the forty thousand events of a
 * large lab nobody looks at most.
 */
export class KeyOrder {
  #keys: string[]
  readonly #noted = new Map<string, 'comes' | 'goes'>()

  /** `keys` in any order, each once. */
  constructor(keys: Iterable<string>) {
    this.#keys = [...keys].sort()
  }

  /** A key that was not there. */
  add(key: string): void {
    if (!this.#noted.delete(key)) this.#noted.set(key, 'comes')
  }

  /** A key that was there. */
  remove(key: string): void {
    if (!this.#noted.delete(key)) this.#noted.set(key, 'goes')
  }

  /** Until the next change. */
  get keys(): readonly string[] {
    if (this.#noted.size > fewChanges) this.#keys = this.#merged()
    else for (const [key, what] of this.#noted) this.#splice(key, what)
    this.#noted.clear()
    return this.#keys
  }

  #splice(key: string, what: 'comes' | 'goes'): void {
    const at = placeIn(this.#keys, key)
    if (what === 'comes') this.#keys.splice(at, 0, key)
    else this.#keys.splice(at, 1)
  }

  #merged(): string[] {
    const coming = [...this.#noted].flatMap(([key, what]) => (what === 'comes' ? [key] : [])).sort()
    const merged: string[] = []
    let next = 0
    for (const key of this.#keys) {
      while (next < coming.length && (coming[next] as string) < key) merged.push(coming[next++] as string)
      if (this.#noted.get(key) !== 'goes') merged.push(key)
    }
    while (next < coming.length) merged.push(coming[next++] as string)
    return merged
  }
}

/** Where in the order a key is, or would be. */
function placeIn(keys: readonly string[], key: string): number {
  let low = 0
  let high = keys.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((keys[middle] as string) < key) low = middle + 1
    else high = middle
  }
  return low
}
