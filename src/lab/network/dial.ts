import { Errno, type ErrnoCode } from '#lab/host/ports.ts'
import type { Cancel } from '#lab/kernel/kernel.ts'
import type { Ipv4 } from '#lab/network/address.ts'
import { Endpoint } from '#lab/network/endpoint.ts'
import { latencyMs, meets, reversed, sendFirst, sendLater } from '#lab/network/exchange.ts'
import { errnoOf } from '#lab/network/icmp-errors.ts'
import { type Flow, newFlow, type Verdict } from '#lab/network/packet.ts'
import type { Connection, KeepAlive, Way } from '#lab/network/ports.ts'
import type { Owner } from '#lab/network/sockets.ts'
import type { SimStack } from '#lab/network/stack.ts'

interface End {
  readonly ip: Ipv4
  readonly port: number
}

const synBytes = 60
const syn = { kind: 'tcp', flags: 'S', sentBytes: 0, receivedBytes: 0, bytes: 0 } as const

interface DialOptions {
  readonly local: End
  readonly remote: End
  readonly timeoutMs: number
  readonly owner: Owner | undefined
  /** Signs every segment (RFC 2385) and takes none that is signed otherwise. */
  readonly md5Key: string | undefined
  readonly onFailure: ((way: Pick<Way, 'choices'>) => void) | undefined
  readonly keepAlive: KeepAlive | undefined
}

/** Opens one connection: SYN, its retries after 1, 3, 7, 15, 31 and 63 s, and what the network answers. */
export class Dial {
  readonly #stack: SimStack
  readonly #o: DialOptions
  readonly #flow: Flow = newFlow()
  readonly #timers: Cancel[] = []
  readonly #startedMs: number
  #wake: (c: Connection) => void = () => {}
  #fail: (error: Errno) => void = () => {}
  #client: Endpoint | undefined
  #over = false
  #deadline = false
  #retries = 0

  constructor(stack: SimStack, o: DialOptions) {
    this.#stack = stack
    this.#o = o
    this.#startedMs = stack.fabric.kernel.nowMs
  }

  start(wake: (c: Connection) => void, fail: (error: Errno) => void): Cancel {
    this.#wake = wake
    this.#fail = fail
    this.#syn()
    return () => {
      this.#end()
      // The caller is gone before it heard of the connection.
      this.#client?.close()
    }
  }

  #syn(): void {
    const { local, remote } = this.#o
    const tuple = { source: local.ip, sourcePort: local.port, destination: remote.ip, port: remote.port }
    const first = { protocol: 'tcp', tuple, sizeBytes: synBytes, dontFragment: true, seen: syn } as const
    const verdict = sendFirst(this.#stack, first, this.#flow)
    switch (verdict.kind) {
      case 'delivered':
        // The way there and the way back as one event: nothing that the caller could notice lies between them.
        this.#after(2 * latencyMs(verdict.hops), () => this.#arrived(verdict))
        break
      case 'unreachable':
        this.#refused(
          errnoOf[verdict.reason],
          verdict.local ? verdict.afterMs : verdict.afterMs + 2 * latencyMs(1),
        )
        break
      case 'invalid':
        this.#refused('EINVAL', 0)
        break
      default:
        this.#again()
    }
  }

  #arrived(verdict: Verdict & { kind: 'delivered' }): void {
    const { local, remote } = this.#o
    const { at, tuple } = verdict
    const listener = at.sockets.listenerFor(tuple.destination, tuple.port)
    const agreed = this.#agreesOn(listener?.keyFor(tuple.source))
    const { captures } = at.fabric
    const answer = {
      protocol: 'tcp',
      tuple: reversed(tuple),
      sizeBytes: synBytes,
      dontFragment: true,
      // It was sent when the SYN arrived, and is here by now.
      ...(agreed && captures > 0
        ? {
            seen: {
              ...syn,
              flags: listener ? ('S.' as const) : ('R.' as const),
              afterMs: -latencyMs(verdict.hops),
            },
          }
        : {}),
    } as const
    const back = sendLater(at, answer, this.#flow, { reply: true })
    if (!meets(back, this.#stack, local, remote)) {
      this.#again(latencyMs(verdict.hops))
      return
    }
    if (!agreed) {
      this.#again(latencyMs(verdict.hops))
      return
    }
    if (!listener) {
      this.#refused('ECONNREFUSED', 0)
      return
    }
    const [client, server] = Endpoint.pair(this.#flow, {
      client: {
        stack: this.#stack,
        local,
        remote,
        owner: this.#o.owner,
        keepAlive: this.#o.keepAlive,
        ...(listener.certificate === undefined ? {} : { shown: listener.certificate }),
      },
      server: {
        stack: at,
        local: { ip: tuple.destination, port: tuple.port },
        remote: { ip: tuple.source, port: tuple.sourcePort },
        owner: listener.owner,
        keepAlive: listener.keepAlive,
      },
    })
    this.#client = client
    client.showAcknowledgement()
    listener.accept(server)
    this.#end()
    this.#wake(client)
  }

  /**
   * Whether both ends sign with the same key, or neither signs (net/ipv4/tcp_ipv4.c tcp_inbound_md5_hash): other segments
   * are dropped unanswered. A RST of a port that nobody listens on is not signed, so a client with a key does not hear it.
   */
  #agreesOn(key: string | undefined): boolean {
    return key === this.#o.md5Key
  }

  /** `lateMs`: for how long the SYN has been known to be lost. */
  #again(lateMs = 0): void {
    this.#arm()
    const waitMs = 1000 * 2 ** this.#retries - lateMs
    if (this.#retries++ < 6) this.#after(waitMs, () => this.#syn())
  }

  #refused(code: ErrnoCode, afterMs: number): void {
    if (afterMs > 0) this.#arm()
    this.#after(afterMs, () => {
      this.#failed(code)
    })
  }

  /** The deadline counts from the first SYN; it is only armed once something has gone wrong. */
  #arm(): void {
    if (this.#deadline) return
    this.#deadline = true
    this.#after(this.#startedMs + this.#o.timeoutMs - this.#stack.fabric.kernel.nowMs, () => {
      this.#failed('ETIMEDOUT')
    })
  }

  #failed(code: ErrnoCode): void {
    this.#end()
    const { captures } = this.#stack.fabric
    // As with a connection: who captures packets wants to see each of them.
    this.#o.onFailure?.({ choices: captures > 0 ? Number.POSITIVE_INFINITY : this.#flow.choices })
    this.#fail(new Errno(code))
  }

  #after(ms: number, run: () => void): void {
    const { kernel } = this.#stack.fabric
    const cancel = kernel.at(kernel.nowMs + ms, `${this.#stack.name} tcp connect`, () => {
      if (!this.#over) run()
    })
    this.#timers.push(cancel)
  }

  #end(): void {
    this.#over = true
    for (const cancel of this.#timers) cancel()
  }
}
