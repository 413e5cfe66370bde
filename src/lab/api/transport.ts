/**
 * One connection of a client to the API server, with many requests and watches on it; made again when it is needed and gone.
 * Errors are worded as client-go and Go's net and http2 packages word them.
 */

import { inOrder } from '#lab/api/in-order.ts'
import { KubeError, KubeUnreachable } from '#lab/api/ports.ts'
import type { Standing } from '#lab/api/standing.ts'
import {
  type Again,
  type ClientFrame,
  type Credential,
  type KubeRequest,
  type Renewal,
  type SeenChanges,
  type ServerFrame,
  serverFrame,
  type WireChange,
} from '#lab/api/wire.ts'
import { Errno, type Process } from '#lab/host/ports.ts'
import type { Rested } from '#lab/kernel/resting.ts'
import type { Connection } from '#lab/network/ports.ts'
import { connectThrough, ProxyFailure, proxyFor } from '#lab/network/proxy.ts'
import { unfitFor } from '#lab/network/tls.ts'

/** client-go: transport/cache.go (dial 30 s), transport/http2: ReadIdleTimeout 30 s, PingTimeout 15 s. */
const dialTimeoutMs = 30_000
const idleMs = 30_000
const pingMs = 15_000

/** What is answered in so many ms, without anything having been sent. */
export interface Sure {
  readonly value: unknown
  readonly inMs: number
  /** The same for the next time, where nothing has changed about who asks and how. */
  readonly again?: (next?: Renewal) => Sure | undefined
  /** How renewals of the same object may rest. */
  readonly standing?: Standing
}

export interface Call {
  answer(value: unknown): void
  changes(changes: readonly WireChange[]): void
  /** After the changes of one frame. */
  told(): void
  /** Whether it takes all changes of a frame at once. */
  readonly together: boolean
  fail(error: Error): void
  sent: boolean
}

export class Transport {
  readonly server: string
  readonly #process: Process
  readonly #calls = new Map<number, Call>()
  readonly #unsent: ClientFrame[] = []
  #connection: Connection | undefined
  #dialing = false
  #lastId = 0
  /** Told that something is heard, in so many ms. */
  #heard: (inMs: number) => void = () => {}

  constructor(process: Process, server: string) {
    this.#process = process
    this.server = server
  }

  /** Sends a request; `call` hears of it until `end` is called. */
  begin(as: Credential, request: KubeRequest, call: Call): { readonly end: () => void } {
    const id = ++this.#lastId
    this.#calls.set(id, call)
    this.#send({ kube: 'request', id, as, request })
    return {
      end: () => {
        if (!this.#calls.delete(id)) return
        if (call.sent) this.#connection?.send({ kube: 'cancel', id })
      },
    }
  }

  /** What a request would be answered in so many ms, without it being sent; `undefined` where it has to be. */
  ask(frame: ClientFrame): Sure | undefined {
    const connection = this.#connection
    const answer = connection?.ask?.(frame)
    const told = serverFrame(answer?.payload)
    if (connection === undefined || answer === undefined || told?.kube !== 'answer') return undefined
    this.#heard(answer.inMs)
    const { value, again, standing } = told
    const sure = { value, inMs: answer.inMs, ...(standing === undefined ? {} : { standing }) }
    return again === undefined ? sure : { ...sure, again: (next) => this.#askAgain(connection, again, next) }
  }

  #askAgain(connection: Connection, again: Again, next?: Renewal): Sure | undefined {
    const inMs = connection === this.#connection ? connection.echoMs : undefined
    const value = inMs === undefined ? undefined : again(next)
    if (inMs === undefined || value === undefined) return undefined
    this.#heard(inMs)
    return { value, inMs }
  }

  /** What watches were told that nobody had to notice until now. */
  look(): void {
    this.#connection?.look?.()
  }

  #send(frame: ClientFrame): void {
    if (this.#connection !== undefined) {
      this.#transmit(this.#connection, frame)
      return
    }
    this.#unsent.push(frame)
    if (this.#dialing) return
    this.#dialing = true
    this.#process.thread('api connection', (self) => this.#run(self))
  }

  #transmit(connection: Connection, frame: ClientFrame): void {
    if (frame.kube === 'request') {
      const call = this.#calls.get(frame.id)
      if (call === undefined) return // given up while dialing
      call.sent = true
    }
    connection.send(frame)
  }

  async #run(self: Process): Promise<void> {
    try {
      const [address = '', port = '6443'] = this.server.split(':')
      const connection = await this.#dial(self, { host: address, port: Number(port) })
      const unfit = unfitFor(connection.shown ?? '', { serverName: address, nowMs: self.now() })
      if (unfit !== undefined) {
        connection.close()
        this.#fail(`tls: failed to verify certificate: x509: ${unfit}`)
        return
      }
      this.#dialing = false
      this.#connection = connection
      for (const frame of this.#unsent.splice(0)) this.#transmit(connection, frame)
      this.#follow(connection)
    } catch (error) {
      if (error instanceof ProxyFailure) {
        this.#fail(error.message)
        return
      }
      // Stopped passes: the process ends and with it everything that waits.
      if (!(error instanceof Errno)) throw error
      this.#fail(`dial tcp ${this.server}: ${dialWords(error)}`)
    }
  }

  #dial(self: Process, target: { readonly host: string; readonly port: number }): Promise<Connection> {
    const proxy = proxyFor(self.env, target)
    if (proxy !== undefined) return connectThrough(self, proxy, { target, timeoutMs: dialTimeoutMs })
    const { host: address, port } = target
    return self.net.connect(self.task, { address, port }, { timeoutMs: dialTimeoutMs })
  }

  /** Hands out what arrives, without a task that waits; asks for a sign of life when nothing has come for a while. */
  #follow(connection: Connection): void {
    const { task } = this.#process
    let heardMs = this.#process.monotonic()
    let pinged = false
    let over = false
    let rested: Rested | undefined
    const end = (words: string): void => {
      if (over) return
      over = true
      rested?.cancel()
      connection.close()
      if (task.alive) this.#fail(words)
    }
    const look = (): void => {
      if (over) return
      const nowMs = this.#process.monotonic()
      // Up to now each ping would have been answered.
      if (rested !== undefined) heardMs = Math.max(heardMs, nowMs - idleMs)
      rested = undefined
      const silentMs = nowMs - heardMs
      const limitMs = pinged ? idleMs + pingMs : idleMs
      const echoMs = pinged ? undefined : connection.echoMs
      if (echoMs !== undefined) {
        // A ping that would be answered for sure is left out; the next one would be due so long after its answer.
        rested = task.rest({ periodMs: echoMs + idleMs, from: () => heardMs + idleMs, tick: look })
      } else if (silentMs < limitMs) {
        task.after(limitMs - silentMs, look)
      } else if (pinged) {
        connection.abort()
        end('http2: client connection lost')
      } else {
        pinged = true
        connection.send({ kube: 'ping' })
        task.after(pingMs, look)
      }
    }
    const heard = (inMs: number): void => {
      heardMs = this.#process.monotonic() + inMs
      pinged = false
    }
    this.#heard = heard
    task.after(idleMs, look)
    connection.follow({
      payload: (payload) => {
        const frame = serverFrame(payload)
        if (over) return
        if (frame === undefined) {
          end('unexpected EOF')
          return
        }
        heard(0)
        this.#deliver(frame)
      },
      end: (why) => end(endWords(why, connection)),
    })
  }

  #deliver(frame: ServerFrame): void {
    if (frame.kube === 'pong') return
    if (frame.kube === 'changes') {
      this.#tell(frame.seen)
      return
    }
    const call = this.#calls.get(frame.id)
    if (call === undefined) return
    this.#calls.delete(frame.id)
    if (frame.kube === 'answer') call.answer(frame.value)
    else call.fail(new KubeError(frame.code, frame.reason, frame.message))
  }

  #tell(seen: readonly SeenChanges[]): void {
    let told: Call | undefined
    for (const { id, changes } of inOrder(seen, (each) => this.#calls.get(each)?.together === true)) {
      const call = this.#calls.get(id)
      if (call !== told) told?.told()
      told = call
      call?.changes(changes)
    }
    told?.told()
  }

  #fail(words: string): void {
    this.#connection = undefined
    this.#dialing = false
    this.#unsent.length = 0
    const calls = [...this.#calls.values()]
    this.#calls.clear()
    for (const call of calls) call.fail(new KubeUnreachable(words))
  }
}

/** Why nothing more will come, in the words of the Go net package. */
function endWords(why: 'closed' | Errno, { local, remote }: Connection): string {
  if (why === 'closed') return 'unexpected EOF'
  const ends = [local, remote].map(({ address, port }) => `${address}:${port}`)
  return `read tcp ${ends.join('->')}: read: ${why.message.toLowerCase()}`
}

/** Why a connection could not be opened, in the words of the Go net package. */
export function dialWords(error: Errno): string {
  return error.code === 'ETIMEDOUT' ? 'i/o timeout' : `connect: ${error.message.toLowerCase()}`
}
