import type { Change, Watch, WatchReader } from '#lab/api/ports.ts'
import { named } from '#lab/api/request-words.ts'
import type { Call, Transport } from '#lab/api/transport.ts'
import type { KubeRequest, WireChange } from '#lab/api/wire.ts'

/** A watch, and what its transport tells of it: a lab has many, so it is one object. */
export class RunningWatch<T> implements Watch<T>, Call {
  sent = false
  readonly #transport: Transport
  readonly #request: KubeRequest
  readonly #end: () => void
  /** What has come first, as it is told to all who watch the same, and what has come after it. */
  #changes: readonly Change<T>[] = nothing
  #more: Change<T>[] = []
  #over: Error | undefined
  /** Who looks is there already, and need not be told. */
  #looks = false
  #reader: WatchReader<T> | undefined

  constructor(transport: Transport, request: KubeRequest, begin: (call: Call) => () => void) {
    this.#transport = transport
    this.#request = request
    this.#end = begin(this)
  }

  answer(): void {}

  changes(changes: readonly WireChange[]): void {
    const more = changes as unknown as readonly Change<T>[] // what is watched is what the caller named
    if (this.#changes.length === 0) this.#changes = more
    else this.#more.push(...more)
  }

  told(): void {
    this.#tell()
  }

  get together(): boolean {
    return this.#reader?.together === true
  }

  /** What ends a watch that runs is an error of reading its body, and names no request. */
  fail(error: Error): void {
    this.#over = this.sent ? error : named(error, this.#transport.server, this.#request)
    this.#tell()
  }

  follow(by: WatchReader<T>): void {
    this.#reader = by
    this.#tell()
  }

  look(): readonly Change<T>[] {
    this.#looks = true
    this.#transport.look()
    this.#looks = false
    return this.#taken()
  }

  close(): void {
    this.#reader = undefined
    this.#end()
  }

  #taken(): readonly Change<T>[] {
    const taken = this.#more.length === 0 ? this.#changes : [...this.#changes, ...this.#more]
    this.#changes = nothing
    if (this.#more.length > 0) this.#more = []
    return taken
  }

  #tell(): void {
    if (this.#looks) return
    if (this.#reader !== undefined && this.#changes.length > 0) this.#reader.changes(this.#taken())
    if (this.#over !== undefined) this.#reader?.over(this.#over)
  }
}

const nothing: readonly never[] = []
