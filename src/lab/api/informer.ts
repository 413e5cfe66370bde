/**
 * A reflector with its cache: lists, watches, lists again when the past is gone, waits longer after each failure.
 * client-go tools/cache/reflector.go (800 ms to 30 s, factor 2, jitter 1).
 *
 * Not imitated: resync periods, paging, bookmarks, the reset of the back-off after two calm minutes (it is reset by success).
 */
import type { Random } from '#base/random.ts'
import { remembering } from '#base/remember.ts'
import type { KubeClient } from '#lab/api/client.ts'
import { Heartbeat, type Version } from '#lab/api/heartbeat.ts'
import { allAdded, Known } from '#lab/api/known.ts'
import type { KubeObject } from '#lab/api/objects.ts'
import {
  type Change,
  isKubeError,
  KubeError,
  type KubeList,
  KubeUnreachable,
  type ListQuery,
  type Watch,
} from '#lab/api/ports.ts'
import { keyOfObject } from '#lab/api/store.ts'
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
  /** Told of every change, in order, as it arrives. It must not wait. */
  readonly onChange?: (change: InformerChange<T>) => void
  /**
   * Told of all changes that have come together, once the cache has taken all of them in: one list for all who hear the same, so
   * that what is worked out of it can be remembered by it. Instead of `onChange`. It must not wait.
   */
  readonly onChanges?: (changes: readonly InformerChange<T>[]) => void
  /** Told when a list or a watch failed, for the component's log. */
  readonly onError?: (failure: Failure) => void
}

/** What kept an informer from listing, or ended its watch. */
export interface Failure {
  readonly during: 'list' | 'watch'
  readonly error: KubeError | KubeUnreachable
}

const isUnanswered = (error: Failure['error']): boolean =>
  error instanceof KubeUnreachable && error.isUnanswered

export const isRefused = ({ message }: Error): boolean => message.endsWith('connect: connection refused')

const isFailure = (error: unknown): error is Failure['error'] =>
  error instanceof KubeError || error instanceof KubeUnreachable

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

/** An informer of a type that changes all the time. */
export interface Peeked<T> extends Informer<T> {
  /** {@link get}, without making an object of a heartbeat. */
  peek(key: string): Version<T> | undefined
  /** The same for who asks for many at one moment. */
  look(): Pick<Peeked<T>, 'peek'>
  /** {@link untilSynced}, but after `limitMs` at the latest; whether it is synced then. */
  syncedWithin(by: Task, limitMs: number): Promise<boolean>
}

/** Tells who hears of each change; answers what is gathered by now for who hears of all together. */
export function tellOne<T>(
  change: InformerChange<T>,
  { onChange, onChanges }: InformerOptions<T>,
  gathered: InformerChange<T>[] | undefined,
): InformerChange<T>[] | undefined {
  onChange?.(change)
  if (onChanges === undefined) return undefined
  if (gathered === undefined) return [change]
  gathered.push(change)
  return gathered
}

/** Starts an informer as a thread of `p`; it ends with the process. */
export function informer<T extends KubeObject>(
  p: Process,
  kube: KubeClient,
  query: ListQuery,
  options: InformerOptions<T> = {},
): Peeked<T> {
  return new Reflector<T>(p, kube, query, options)
}

/** Thousands ask the same. */
const oneText = remembering((text: string) => text, { max: 1024 })

const firstWaitMs = 800
const longestWaitMs = 30_000

class Reflector<T extends KubeObject> implements Peeked<T> {
  readonly #process: Process
  readonly #kube: KubeClient
  readonly #query: ListQuery
  readonly #options: InformerOptions<T>
  readonly #known: Known<T>
  readonly #notice = new Notice()
  /** Until a watch runs: what that brings is taken in as it arrives, without a task that waits for it. */
  #task: Task | undefined
  #random: Random | undefined
  /** The version up to which the cache is: 0 before the first list, empty when that version is too old to go on from. */
  #from = '0'
  /** Before it can watch. */
  #mustList = true
  #synced = false
  #version = 0
  #failures = 0
  /** While one runs. */
  #watch: Watch<T> | undefined
  /** What is taken in one by one, for who is told of all of it together. */
  #gathered: InformerChange<T>[] | undefined

  constructor(p: Process, kube: KubeClient, query: ListQuery, options: InformerOptions<T>) {
    this.#process = p
    this.#kube = kube
    this.#query = query
    this.#options = options
    this.#known = new Known(oneText(JSON.stringify(query)))
    this.#thread((self) => this.#run(self))
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
    return this.#known.get(key)
  }

  peek(key: string): Version<T> | undefined {
    this.#look()
    return this.#known.peek(key)
  }

  look(): Pick<Peeked<T>, 'peek'> {
    this.#look()
    return this.#known
  }

  has(key: string): boolean {
    this.#look()
    return this.#known.get(key) !== undefined
  }

  list(): readonly T[] {
    this.#look()
    return this.#known.list()
  }

  async changed(by: Task, since = this.#version): Promise<void> {
    while (this.#version <= since) await this.#notice.wait(by)
  }

  async untilSynced(by: Task): Promise<void> {
    while (!this.#synced) await this.#notice.wait(by)
  }

  async syncedWithin(by: Task, limitMs: number): Promise<boolean> {
    if (!this.#synced) await this.#notice.wait(by, limitMs)
    return this.#synced
  }

  stop(): void {
    this.#task?.stop()
    this.#end()
  }

  #thread(main: (self: Process) => Promise<void>): void {
    this.#task = this.#process.thread(`informer ${this.#query.type.resource}`, main)
  }

  /** Until a watch runs; `failed`: why the last one ended. */
  async #run(self: Process, failed?: Failure): Promise<void> {
    const kube = this.#kube.by(self)
    this.#random ??= self.random.fork(`informer ${this.#query.type.resource}`)
    for (let failure = failed; ; ) {
      if (failure !== undefined) await this.#recover(self, failure, this.#random)
      const during = this.#mustList ? 'list' : 'watch'
      try {
        if (this.#mustList) await this.#list(kube)
        this.#follow(kube, this.#from)
        this.#task = undefined // it ends, and nobody has to stop it
        return
      } catch (error) {
        if (!isFailure(error)) throw error
        failure = { during, error }
      }
    }
  }

  async #recover(self: Process, failure: Failure, random: Random): Promise<void> {
    if (isKubeError(failure.error, 'Expired')) {
      this.#from = ''
      this.#mustList = true
      return
    }
    this.#options.onError?.(failure)
    this.#known.fallBehind()
    // A watch that nobody answers is not asked for again, but all is listed anew; only a refusal is waited out.
    if (isUnanswered(failure.error) && !isRefused(failure.error)) this.#mustList = true
    const waitMs = Math.min(firstWaitMs * 2 ** this.#failures++, longestWaitMs)
    await self.sleep(waitMs * (1 + random.next()))
  }

  async #list(kube: KubeClient): Promise<void> {
    const listed = await kube.list<T>({ ...this.#query, resourceVersion: this.#from })
    this.#failures = 0
    if (this.#known.isEmpty) this.#begin(listed)
    else this.#replace(listed)
    this.#synced = true
    this.#from = listed.resourceVersion
    this.#mustList = false
    this.#moved()
  }

  #begin(listed: KubeList<T>): void {
    this.#known.adopt(listed)
    const { onChange, onChanges } = this.#options
    if (onChange !== undefined) for (const object of listed.items) onChange({ type: 'ADDED', object })
    if (onChanges !== undefined && listed.items.length > 0) onChanges(allAdded(listed.items))
  }

  /** Tells what is different in a list from what was known. */
  #replace(listed: KubeList<T>): void {
    const present = new Set<string>()
    for (const object of listed.items) {
      const key = keyOfObject(object)
      present.add(key)
      const known = this.#known.get(key)
      if (known?.metadata.resourceVersion !== object.metadata.resourceVersion)
        this.#apply({ type: known === undefined ? 'ADDED' : 'MODIFIED', object })
    }
    for (const object of this.#known.list())
      if (!present.has(keyOfObject(object))) this.#apply({ type: 'DELETED', object })
    this.#known.adopt(listed)
    this.#tellGathered()
  }

  /** Applies what a watch brings, until it ends. */
  #follow(kube: KubeClient, resourceVersion: string): void {
    const { unhurried, onChanges } = this.#options
    const watch = kube.watch<T>({
      ...this.#query,
      resourceVersion,
      ...(unhurried === undefined ? {} : { unhurried }),
    })
    this.#watch = watch
    watch.follow({
      ...(onChanges === undefined ? {} : { together: true }),
      changes: (changes) => this.#takeIn(changes),
      over: (error) => {
        this.#end()
        this.#thread((self) => {
          if (!isFailure(error)) throw error
          return this.#run(self, { during: 'watch', error })
        })
      },
    })
  }

  #end(): void {
    this.#watch?.close()
    this.#watch = undefined
  }

  #look(): void {
    if (this.#options.unhurried === undefined) return
    const changes = this.#watch?.look?.()
    if (changes !== undefined && changes.length > 0) this.#takeIn(changes)
  }

  #takeIn(changes: readonly Change<T>[]): void {
    this.#failures = 0
    try {
      if (!this.#takeAll(changes)) {
        for (const change of changes) this.#observe(change)
        const last = changes.at(-1)
        if (last !== undefined) this.#from = versionOf(last)
        this.#tellGathered()
      }
    } catch (error) {
      // As if a thread of the program had run into it.
      this.#thread(() => Promise.reject(error))
    }
    this.#moved()
  }

  /** What leads from one state that is shared to the next; whether it does. */
  #takeAll(changes: readonly Change<T>[]): boolean {
    const { onChanges } = this.#options
    const last = changes.at(-1)
    if (onChanges === undefined || last === undefined || last.type === 'BOOKMARK') return false
    if (!this.#known.takeAll(changes)) return false
    this.#from = last.object.metadata.resourceVersion
    onChanges(changes as readonly InformerChange<T>[]) // a shared state knows no bookmarks
    return true
  }

  #tellGathered(): void {
    const gathered = this.#gathered
    this.#gathered = undefined
    if (gathered !== undefined) this.#options.onChanges?.(gathered)
  }

  #observe(change: Change<T>): void {
    if (change.type === 'BOOKMARK') return
    const { onChange, onChanges } = this.#options
    const tells = onChange !== undefined || onChanges !== undefined
    if (change instanceof Heartbeat && !tells && this.#known.renew(change)) return
    this.#apply(change)
  }

  #apply(change: InformerChange<T>): void {
    const { type, object } = change
    const previous = this.#known.take(type, object)
    if (type === 'DELETED' && previous === undefined) return
    const seen = type === 'DELETED' ? 'DELETED' : previous === undefined ? 'ADDED' : 'MODIFIED'
    const { onChange, onChanges } = this.#options
    if (onChange === undefined && onChanges === undefined) return
    const isSeenSo = type === seen && !(change instanceof Heartbeat) && change.previous === previous
    const told: InformerChange<T> = isSeenSo
      ? change
      : { type: seen, object, ...(previous === undefined ? {} : { previous }) }
    this.#gathered = tellOne(told, this.#options, this.#gathered)
  }

  #moved(): void {
    this.#version++
    this.#notice.tell()
  }
}

/** How far who has heard of a change has come. */
function versionOf<T extends KubeObject>(change: Change<T>): string {
  if (change instanceof Heartbeat) return String(change.revision)
  return change.type === 'BOOKMARK' ? change.resourceVersion : change.object.metadata.resourceVersion
}
