import type { SeenChange, ServerFrame, WireChange } from '#lab/api/wire.ts'
import type { Task } from '#lab/kernel/kernel.ts'
import type { Connection } from '#lab/network/ports.ts'

/** What passing a change on to one more watch costs, and the longest that all of them together are made to wait. */
const dispatchMs = 1 / 2
const dispatchMaxMs = 100
/** So few are told at once. */
const fewWatches = 16

/**
 * What the watches on one connection have yet to tell. Like the real watch cache the server hands a change to one watch after
 * another (staging:apiserver/pkg/storage/cacher/cacher.go: dispatchEvent, its time-out budget of at most 100 ms), so that with
 * many watches several changes have come together by the time they are sent: then they travel together.
 */
export class Outbox {
  readonly #task: Pick<Task, 'after'>
  readonly #connection: Connection
  #seen: SeenChange[] = []

  constructor(task: Pick<Task, 'after'>, connection: Connection) {
    this.#task = task
    this.#connection = connection
  }

  /** `audience`: how many watches there are for changes like this. `unhurried`: nobody waits for it at the other end. */
  add(
    id: number,
    change: WireChange,
    { audience, unhurried }: { readonly audience: number; readonly unhurried: boolean },
  ): void {
    if (unhurried && this.#seen.length === 0 && audience < fewWatches && this.#connection.leave) {
      this.#connection.leave({ kube: 'changes', seen: [{ id, change }] })
      return
    }
    this.#seen.push({ id, change })
    if (this.#seen.length > 1) return
    if (audience < fewWatches) this.#flush()
    else this.#task.after(Math.min(audience * dispatchMs, dispatchMaxMs), () => this.#flush())
  }

  /** Sends an answer, after all that the watches saw before it: a client hears first what its own request changed. */
  send(frame: ServerFrame): void {
    this.#flush()
    this.#connection.send(frame)
  }

  #flush(): void {
    if (this.#seen.length === 0) return
    const seen = this.#seen
    this.#seen = []
    this.#connection.send({ kube: 'changes', seen })
  }
}
