import { type Informer, type InformerChange, type InformerOptions, tellOne } from '#lab/api/informer.ts'
import type { KubeObject } from '#lab/api/objects.ts'
import { keyOfObject } from '#lab/api/store.ts'
import type { Update } from '#lab/calico/typha/protocol.ts'
import type { Task } from '#lab/kernel/kernel.ts'
import { Notice } from '#lab/kernel/mailbox.ts'

/** A cache that somebody else feeds: what a client of Typha knows of one kind of object. */
export class FedInformer<T extends KubeObject> implements Informer<T> {
  readonly #options: InformerOptions<T>
  readonly #cache = new Map<string, T>()
  readonly #notice = new Notice()
  #sorted: readonly T[] | undefined
  /** What one feed has changed, for who is told of it together. */
  #gathered: InformerChange<T>[] | undefined
  #synced = false
  #version = 0

  constructor(options: InformerOptions<T> = {}) {
    this.#options = options
  }

  /** A snapshot is all there is: what it does not hold is gone. */
  feed(updates: readonly Update[], { snapshot }: { readonly snapshot: boolean }): void {
    if (snapshot) this.#dropAllBut(new Set(updates.map(({ object }) => keyOfObject(object))))
    for (const update of updates) this.#apply(update)
    const gathered = this.#gathered
    this.#gathered = undefined
    if (gathered !== undefined) this.#options.onChanges?.(gathered)
    if (snapshot) this.#synced = true
    this.#version++
    this.#notice.tell()
  }

  get synced(): boolean {
    return this.#synced
  }

  get version(): number {
    return this.#version
  }

  get(key: string): T | undefined {
    return this.#cache.get(key)
  }

  has(key: string): boolean {
    return this.#cache.has(key)
  }

  list(): readonly T[] {
    this.#sorted ??= [...this.#cache.entries()]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([, object]) => object)
    return this.#sorted
  }

  async changed(by: Task, since = this.#version): Promise<void> {
    while (this.#version <= since) await this.#notice.wait(by)
  }

  async untilSynced(by: Task): Promise<void> {
    while (!this.#synced) await this.#notice.wait(by)
  }

  stop(): void {
    this.#notice.tell()
  }

  #apply({ type, object }: Update): void {
    const key = keyOfObject(object)
    const typed = object as T // Typha answers a query for a kind with objects of that kind
    const previous = this.#cache.get(key)
    if (type === 'DELETED') this.#cache.delete(key)
    else this.#cache.set(key, typed)
    this.#sorted = undefined
    if (type === 'DELETED' && previous === undefined) return
    if (previous?.metadata.resourceVersion === object.metadata.resourceVersion && type !== 'DELETED') return
    const seen = type === 'DELETED' ? 'DELETED' : previous === undefined ? 'ADDED' : 'MODIFIED'
    const told: InformerChange<T> = {
      type: seen,
      object: typed,
      ...(previous === undefined ? {} : { previous }),
    }
    this.#gathered = tellOne(told, this.#options, this.#gathered)
  }

  #dropAllBut(keys: ReadonlySet<string>): void {
    for (const [key, object] of [...this.#cache]) if (!keys.has(key)) this.#apply({ type: 'DELETED', object })
  }
}
