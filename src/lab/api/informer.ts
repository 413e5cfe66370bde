/**
 * A reflector with its cache: lists, watches, lists again when the past is gone, waits longer after each failure.
 * client-go tools/cache/reflector.go (800 ms to 30 s, factor 2, jitter 1).
 *
 * Not imitated: resync periods, paging, bookmarks, the reset of the back-off after two calm minutes (it is reset by success).
 */
import type { KubeClient } from '#lab/api/client.ts'
import type { KubeObject } from '#lab/api/objects.ts'
import {
  type Change,
  isKubeError,
  KubeError,
  KubeUnreachable,
  type ListQuery,
  type Watch,
} from '#lab/api/ports.ts'
import { keyOf } from '#lab/api/store.ts'
import type { Process } from '#lab/host/ports.ts'
import type { Task } from '#lab/kernel/kernel.ts'
import { Notice } from '#lab/kernel/mailbox.ts'

export interface InformerChange<T> {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED'
  readonly object: T
  readonly previous?: T
}

export interface InformerOptions<T> {
  /** Nobody waits for its changes: it takes them when it is looked at. Without `onChange`. */
  readonly unhurried?: true
  /** Told of every change, in order, by the informer's thread. It must not wait. */
  readonly onChange?: (change: InformerChange<T>) => void
  /** Told when a list or a watch failed, for the component's log. */
  readonly onError?: (failure: {
    readonly during: 'list' | 'watch'
    readonly error: KubeError | KubeUnreachable
  }) => void
}

/** What a component knows of a part of the cluster. */
export interface Informer<T> {
  /** Whether the first list has come. */
  readonly synced: boolean
  /** Moves with every change of the cache. */
  readonly version: number
  /** By `namespace/name`, or by name where there are no namespaces. */
  get(key: string): T | undefined
  has(key: string): boolean
  /** In the order of keys. */
  list(): readonly T[]
  /** Resolves at the next change after version `since` (default: after now); also when it becomes synced. */
  changed(by: Task, since?: number): Promise<void>
  /** Resolves once it is synced. */
  untilSynced(by: Task): Promise<void>
  stop(): void
}

/** Starts an informer as a thread of `p`; it ends with the process. */
export function informer<T extends KubeObject>(
  p: Process,
  kube: KubeClient,
  query: ListQuery,
  options: InformerOptions<T> = {},
): Informer<T> {
  return new Reflector<T>(p, kube, query, options)
}

const firstWaitMs = 800
const longestWaitMs = 30_000

class Reflector<T extends KubeObject> implements Informer<T> {
  readonly #query: ListQuery
  readonly #queryText: string
  readonly #options: InformerOptions<T>
  readonly #cache = new Map<string, T>()
  readonly #notice = new Notice()
  readonly #task: Task
  /** The keys of the cache, in order. */
  #keys: string[] = []
  #listed: readonly T[] | undefined
  /** What was applied last, once a watch follows a list: with the query it says what is in the cache. */
  #newest: T | undefined
  /** The version up to which the cache is; undefined: unknown, list again. */
  #from: string | undefined
  #synced = false
  #version = 0
  #failures = 0
  /** While one runs. */
  #watch: Watch<T> | undefined

  constructor(p: Process, kube: KubeClient, query: ListQuery, options: InformerOptions<T>) {
    this.#query = query
    this.#queryText = JSON.stringify(query)
    this.#options = options
    this.#task = p.thread(`informer ${query.type.resource}`, (self) => this.#run(self, kube.by(self)))
  }

  get synced(): boolean {
    return this.#synced
  }

  get version(): number {
    this.#look()
    return this.#version
  }

  get(key: string): T | undefined {
    this.#look()
    return this.#cache.get(key)
  }

  has(key: string): boolean {
    this.#look()
    return this.#cache.has(key)
  }

  list(): readonly T[] {
    this.#look()
    this.#listed ??= this.#shared(() => this.#keys.map((key) => this.#cache.get(key) as T)) // keys are the cache's
    return this.#listed
  }

  async changed(by: Task, since = this.#version): Promise<void> {
    while (this.#version <= since) await this.#notice.wait(by)
  }

  async untilSynced(by: Task): Promise<void> {
    while (!this.#synced) await this.#notice.wait(by)
  }

  stop(): void {
    this.#task.stop()
  }

  async #run(self: Process, kube: KubeClient): Promise<void> {
    const random = self.random.fork(`informer ${this.#query.type.resource}`)
    for (;;) {
      const during = this.#from === undefined ? 'list' : 'watch'
      try {
        this.#from ??= await this.#list(kube)
        await this.#follow(kube, this.#from)
      } catch (error) {
        if (!(error instanceof KubeError || error instanceof KubeUnreachable)) throw error
        if (isKubeError(error, 'Expired')) {
          this.#from = undefined
          continue
        }
        this.#options.onError?.({ during, error })
        const waitMs = Math.min(firstWaitMs * 2 ** this.#failures++, longestWaitMs)
        await self.sleep(waitMs * (1 + random.next()))
      }
    }
  }

  async #list(kube: KubeClient): Promise<string> {
    const { items, resourceVersion } = await kube.list<T>(this.#query)
    this.#failures = 0
    const isFirst = this.#cache.size === 0
    const present = new Set<string>()
    for (const object of items) {
      const key = keyOf(object.metadata.namespace, object.metadata.name)
      present.add(key)
      const known = this.#cache.get(key)
      if (known?.metadata.resourceVersion !== object.metadata.resourceVersion)
        this.#apply({ type: known === undefined ? 'ADDED' : 'MODIFIED', object })
    }
    for (const [key, object] of [...this.#cache])
      if (!present.has(key)) this.#apply({ type: 'DELETED', object })
    this.#newest = undefined
    // The server lists in the same order; who lists the same gets the same list.
    if (isFirst) this.#listed = items
    this.#synced = true
    this.#moved()
    return resourceVersion
  }

  /** Applies what a watch brings. Ends only by throwing. */
  async #follow(kube: KubeClient, resourceVersion: string): Promise<never> {
    const { unhurried } = this.#options
    const watch = kube.watch<T>({
      ...this.#query,
      resourceVersion,
      ...(unhurried === undefined ? {} : { unhurried }),
    })
    if (unhurried) this.#watch = watch
    try {
      for (;;) this.#takeIn(await watch.take())
    } finally {
      this.#watch = undefined
      watch.close()
    }
  }

  #look(): void {
    const changes = this.#watch?.look?.()
    if (changes !== undefined && changes.length > 0) this.#takeIn(changes)
  }

  #takeIn(changes: readonly Change<T>[]): void {
    this.#failures = 0
    for (const change of changes) this.#from = this.#observe(change)
    this.#moved()
  }

  #observe(change: Change<T>): string {
    if (change.type === 'BOOKMARK') return change.resourceVersion
    this.#apply(change)
    return change.object.metadata.resourceVersion
  }

  #apply({ type, object }: { readonly type: 'ADDED' | 'MODIFIED' | 'DELETED'; readonly object: T }): void {
    const key = keyOf(object.metadata.namespace, object.metadata.name)
    const previous = this.#cache.get(key)
    if (type === 'DELETED') this.#cache.delete(key)
    else this.#cache.set(key, object)
    if ((type === 'DELETED') !== (previous === undefined)) this.#reorder(key, type)
    this.#listed = undefined
    this.#newest = object
    if (type === 'DELETED' && previous === undefined) return
    const seen = type === 'DELETED' ? 'DELETED' : previous === undefined ? 'ADDED' : 'MODIFIED'
    this.#options.onChange?.({ type: seen, object, ...(previous === undefined ? {} : { previous }) })
  }

  #reorder(key: string, type: 'ADDED' | 'MODIFIED' | 'DELETED'): void {
    const at = placeIn(this.#keys, key)
    if (type === 'DELETED') this.#keys.splice(at, 1)
    else this.#keys.splice(at, 0, key)
  }

  /** A thousand clients that have seen the same changes hold one list. */
  #shared(make: () => readonly T[]): readonly T[] {
    if (this.#newest === undefined) return make()
    let lists = listsAfter.get(this.#newest)
    if (lists === undefined) {
      lists = new Map()
      listsAfter.set(this.#newest, lists)
    }
    let list = lists.get(this.#queryText) as readonly T[] | undefined
    if (list === undefined) {
      list = make()
      lists.set(this.#queryText, list)
    }
    return list
  }

  #moved(): void {
    this.#version++
    this.#notice.tell()
  }
}

/** By the object that was changed last (each state of an object is a value of its own), then by query. */
const listsAfter = new WeakMap<object, Map<string, readonly unknown[]>>()

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
