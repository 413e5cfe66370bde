/** Who wants to hear of one type's objects, and whom a change concerns: found by name or by node without asking all the others. */
import { Heartbeat } from '#lab/api/heartbeat.ts'
import { asSeenBy, type Filter, isEverything, nodeOf } from '#lab/api/store/filter.ts'
import { Follower } from '#lab/api/store/follower.ts'
import type { StoreChange, Tell } from '#lab/api/store.ts'

interface Watcher {
  /** None: of everything. */
  readonly filter: Filter | undefined
  readonly tell: Tell
}

export class Watchers {
  readonly #attendants: Tell[] = []
  readonly #watchers = new Set<Watcher | Follower>()
  readonly #ofNode = new Map<string, Set<Watcher>>()
  /** Those of objects of one name, as every kubelet watches its Node. */
  readonly #ofName = new Map<string, Set<Watcher>>()
  #named = 0

  /** How many watches a change goes through, those of single nodes' pods left out. */
  get size(): number {
    return this.#watchers.size + this.#named
  }

  /** Tells who belongs to the server itself: before all others, and not counted among them. */
  attend(tell: Tell): void {
    this.#attendants.push(tell)
  }

  /** Answers how to end it. */
  add(filter: Filter, tell: Tell): () => void {
    const watcher: Watcher = { filter: isEverything(filter) ? undefined : filter, tell }
    if (filter.nodeName === undefined && filter.name !== undefined)
      return this.#addNamed(filter.name, watcher)
    const set = filter.nodeName === undefined ? this.#watchers : setIn(this.#ofNode, filter.nodeName)
    set.add(watcher)
    return () => set.delete(watcher)
  }

  /** Answers how to end it. */
  follow(follower: Follower): () => void {
    this.#watchers.add(follower)
    return () => this.#watchers.delete(follower)
  }

  tell(change: StoreChange): void {
    for (const tell of this.#attendants) tell(change)
    for (const each of this.#audience()) {
      if (each instanceof Follower) each.stir()
      else tellOne(each, change)
    }
    if (this.#named > 0) {
      const named = this.#ofName.get(nameOf(change))
      if (named !== undefined) for (const watcher of [...named]) tellOne(watcher, change)
    }
    if (this.#ofNode.size === 0) return
    const now = nodeOf(change.object)
    const before = change.previous && nodeOf(change.previous)
    for (const node of now === before ? [now] : [before, now])
      if (node !== undefined)
        for (const watcher of [...(this.#ofNode.get(node) ?? [])]) tellOne(watcher, change)
  }

  /** A copy, since telling may start or end watches. Who has not taken in the last change knows that there is more. */
  #audience(): readonly (Watcher | Follower)[] {
    let audience: (Watcher | Follower)[] | undefined
    for (const each of this.#watchers)
      if (!(each instanceof Follower) || each.waits) {
        audience ??= []
        audience.push(each)
      }
    return audience ?? nobody
  }

  #addNamed(name: string, watcher: Watcher): () => void {
    const set = setIn(this.#ofName, name)
    set.add(watcher)
    this.#named++
    return () => {
      if (!set.delete(watcher)) return
      this.#named--
      if (set.size === 0 && this.#ofName.get(name) === set) this.#ofName.delete(name)
    }
  }
}

const nobody: readonly never[] = []

const nameOf = (change: StoreChange): string =>
  (change instanceof Heartbeat ? change.base : change.object).metadata.name

function tellOne(watcher: Watcher, change: StoreChange): void {
  const seen = watcher.filter === undefined ? change : asSeenBy(watcher.filter, change)
  if (seen !== undefined) watcher.tell(seen)
}

/** The set under a key, made where there is none. */
export function setIn<T>(map: Map<string, Set<T>>, key: string): Set<T> {
  let set = map.get(key)
  if (set === undefined) {
    set = new Set()
    map.set(key, set)
  }
  return set
}
