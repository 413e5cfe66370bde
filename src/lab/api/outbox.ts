import type { Follower } from '#lab/api/store/follower.ts'
import type { SeenChanges, ServerFrame, WireChange } from '#lab/api/wire.ts'
import type { Task } from '#lab/kernel/kernel.ts'
import type { Connection, LeftSource } from '#lab/network/ports.ts'

/** What passing a change on to one more watch costs, and the longest that all of them together are made to wait. */
const dispatchMs = 1 / 2
const dispatchMaxMs = 100
/** So few are told at once. */
const fewWatches = 16

interface Audience {
  /** How many watches there are for changes like this. */
  readonly audience: number
  /** Nobody waits for it at the other end. */
  readonly unhurried: boolean
}

/** What a watch has to tell: changes, or who has them. */
type Heard = SeenChanges | { readonly id: number; readonly follower: Follower }

/**
 * What the watches on one connection have yet to tell. Like the real watch cache the server hands a change to one watch after
 * another (staging:apiserver/pkg/storage/cacher/cacher.go: dispatchEvent, its time-out budget of at most 100 ms), so that with
 * many watches several changes have come together by the time they are sent: then they travel together.
 */
export class Outbox {
  readonly #task: Pick<Task, 'after'>
  readonly #connection: Connection
  #heard: Heard[] = []

  constructor(task: Pick<Task, 'after'>, connection: Connection) {
    this.#task = task
    this.#connection = connection
  }

  add(id: number, change: WireChange, o: Audience): void {
    this.#hear({ id, changes: [change] }, o)
  }

  /** {@link add} of all that somebody follows, which is taken when it is sent. */
  hear(id: number, follower: Follower, o: Audience): void {
    this.#hear({ id, follower }, o)
  }

  #hear(heard: Heard, { audience, unhurried }: Audience): void {
    if (unhurried && this.#heard.length === 0 && audience < fewWatches && this.#leave(heard)) return
    this.#heard.push(heard)
    if (this.#heard.length > 1) return
    if (audience < fewWatches) this.#flush()
    else this.#task.after(Math.min(audience * dispatchMs, dispatchMaxMs), () => this.#flush())
  }

  /** Where nobody waits for it; whether it could be. */
  #leave(heard: Heard): boolean {
    if ('follower' in heard)
      return this.#connection.leaveFrom?.(new Unhurried(heard.id, heard.follower)) ?? false
    this.#connection.leave?.({ kube: 'changes', seen: [heard] })
    return this.#connection.leave !== undefined
  }

  /** Sends an answer, after all that the watches saw before it: a client hears first what its own request changed. */
  send(frame: ServerFrame): void {
    this.#flush()
    this.#connection.send(frame)
  }

  #flush(): void {
    if (this.#heard.length === 0) return
    const heard = this.#heard
    this.#heard = []
    this.#connection.send({ kube: 'changes', seen: heard.map(taken) })
  }
}

/** What a watch tells from now on, as long as nobody looks. */
class Unhurried implements LeftSource {
  readonly #id: number
  readonly #follower: Follower

  constructor(id: number, follower: Follower) {
    this.#id = id
    this.#follower = follower
  }

  get hasMore(): boolean {
    return !this.#follower.waits
  }

  take(untilMs: number): ServerFrame | undefined {
    const changes = this.#follower.takeUntil(untilMs)
    return changes.length === 0 ? undefined : { kube: 'changes', seen: [{ id: this.#id, changes }] }
  }
}

const taken = (heard: Heard): SeenChanges =>
  'follower' in heard ? { id: heard.id, changes: heard.follower.take() } : heard
