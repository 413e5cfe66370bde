import { rfc3339Micro } from '#base/clock.ts'
import { Heartbeat, type Version } from '#lab/api/heartbeat.ts'
import type { Peeked } from '#lab/api/informer.ts'
import type { Lease, Node } from '#lab/api/objects.ts'
import type { Process } from '#lab/host/ports.ts'

/** The last sign of life of a node: what it said, and when that was seen. */
interface Beat {
  /** Of its lease. */
  readonly key: string
  lease: Version<Lease> | undefined
  /** None: it was not heard of yet. */
  node: Node | undefined
  /** By the own clock. */
  atMs: number
}

type Seen = Pick<Peeked<Lease>, 'peek'>

/**
 * Signs of life of nodes, as somebody sees them who looks every `everyMs`. Who rests instead sees at his next look when each would have
 * been seen: at the first look after it was said.
 */
export class NodeBeats {
  readonly #p: Process
  readonly #leases: Peeked<Lease>
  readonly #everyMs: number
  readonly #beats = new Map<string, Beat>()
  /** Of the last look, and what the own clock was ahead of it then. */
  #lookMs = 0
  #aheadMs = 0

  constructor(p: Process, leases: Peeked<Lease>, { everyMs }: { readonly everyMs: number }) {
    this.#p = p
    this.#leases = leases
    this.#everyMs = everyMs
  }

  /** Looks at all of these; answers for how long nothing was seen of each. */
  *look(nodes: readonly Node[]): Iterable<readonly [node: Node, silentMs: number]> {
    const seen = this.#leases.look()
    for (const node of nodes) yield [node, this.#silence(node, seen)]
    this.#lookMs = this.#p.monotonic()
    this.#aheadMs = this.#p.now() - this.#lookMs
  }

  /** For how long, by the own clock, no sign of life was seen. */
  silence(node: Node): number {
    return this.#silence(node, this.#leases)
  }

  #silence(node: Node, seen: Seen): number {
    const beat = this.#beatOf(node)
    const lease = seen.peek(beat.key)
    const nowMs = this.#p.now()
    if (beat.node === undefined || (beat.node !== node && heartbeatOf(beat.node) !== heartbeatOf(node)))
      beat.atMs = nowMs
    else if (!isSameTime(beat.lease, lease)) beat.atMs = this.#seenMs(lease)
    beat.lease = lease
    beat.node = node
    return nowMs - beat.atMs
  }

  #beatOf({ metadata: { name } }: Node): Beat {
    let beat = this.#beats.get(name)
    if (beat === undefined) {
      beat = { key: `kube-node-lease/${name}`, lease: undefined, node: undefined, atMs: 0 }
      this.#beats.set(name, beat)
    }
    return beat
  }

  /** Between the last look and now, where that is known. */
  #seenMs(lease: Version<Lease> | undefined): number {
    const saidMs = this.#saidMs(lease)
    const sinceMs = saidMs - this.#lookMs
    const seenMs = this.#lookMs + (Math.floor(sinceMs / this.#everyMs) + 1) * this.#everyMs
    return sinceMs >= 0 && seenMs < this.#p.monotonic() ? seenMs + this.#aheadMs : this.#p.now()
  }

  #saidMs(lease: Version<Lease> | undefined): number {
    if (lease instanceof Heartbeat) return Math.max(lease.timeMs, this.#lookMs)
    return Date.parse(lease?.spec.renewTime ?? '') - this.#aheadMs // unless its clock is wrong
  }
}

const heartbeatOf = (node: Node): string | undefined =>
  node.status.conditions?.find(({ type }) => type === 'Ready')?.lastHeartbeatTime

/** Whether two versions of a lease were renewed at the same time. */
function isSameTime(a: Version<Lease> | undefined, b: Version<Lease> | undefined): boolean {
  if (a === b) return true
  if (a instanceof Heartbeat && b instanceof Heartbeat) return a.renewedMs === b.renewedMs
  return renewTimeOf(a) === renewTimeOf(b)
}

const renewTimeOf = (lease: Version<Lease> | undefined): string | undefined =>
  lease instanceof Heartbeat ? rfc3339Micro(lease.renewedMs) : lease?.spec.renewTime
