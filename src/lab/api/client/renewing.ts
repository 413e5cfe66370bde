import { rfc3339Micro } from '#base/clock.ts'
import type { Heartbeat } from '#lab/api/heartbeat.ts'
import type { Lease } from '#lab/api/objects.ts'
import type { Standing } from '#lab/api/standing.ts'
import type { Sure, Transport } from '#lab/api/transport.ts'
import type { Credential, Renewal, RenewedPart } from '#lab/api/wire.ts'
import type { Process } from '#lab/host/ports.ts'
import type { Cancel } from '#lab/kernel/kernel.ts'

/** Renews a part of one object by what was found out the first time, as long as the same credential is shown on the same connection. */
export class Renewing {
  readonly name: string
  readonly #transport: Transport
  readonly #what: RenewedPart
  readonly #namespace: string | undefined
  #shown: Credential | undefined
  #again: Sure['again']
  #standing: Standing | undefined

  constructor(
    transport: Transport,
    what: RenewedPart,
    { namespace, name }: { readonly namespace?: string; readonly name: string },
  ) {
    this.#transport = transport
    this.#what = what
    this.#namespace = namespace
    this.name = name
  }

  /** Of the last renewal. */
  get standing(): Standing | undefined {
    return this.#standing
  }

  /** `undefined`: it has to be sent. */
  renew(as: Credential | Promise<Credential>, next: Renewal): Sure | undefined {
    const again = as === this.#shown ? this.#again?.(next) : undefined
    if (again !== undefined || as instanceof Promise) return again
    const namespace = this.#namespace
    const object = { ...next, ...(namespace === undefined ? {} : { namespace }), name: this.name }
    const answer = this.#transport.ask({ kube: 'renewal', id: 0, as, what: this.#what, object })
    this.#shown = as
    this.#again = answer?.again
    this.#standing = answer?.standing
    return answer
  }
}

export interface Renewals {
  readonly everyMs: number
  /** By the clock of who renews. */
  readonly nowMs: () => number
  /** Whether renewals rest while nothing moves and nobody looks. Default false. */
  readonly rests?: boolean
}

/** How a lease is renewed: as who, over what. */
interface By {
  readonly process: Process
  readonly transport: Transport
  readonly credential: () => Credential | Promise<Credential>
}

/** Renews a lease again and again; answers it as it was stored last, when a renewal is due that has to be sent. */
export function renewLease(lease: Lease, by: By, o: Renewals): Promise<Lease> {
  const { task } = by.process
  return task.wait<Lease>((wake) => {
    const renewals = new LeaseRenewals(lease, by, { ...o, wake })
    if (!o.rests) return task.repeat(o.everyMs, () => renewals.renew())
    const beat = new RestingRenewals(by.process, renewals)
    beat.begin(o.everyMs)
    return () => beat.end()
  })
}

class LeaseRenewals implements Renewed {
  readonly #lease: Lease
  readonly #by: By
  readonly #o: Renewals & { readonly wake: (lease: Lease) => void }
  readonly #renewing: Renewing
  #revision: number
  #renewedMs: number | undefined

  constructor(lease: Lease, by: By, o: Renewals & { readonly wake: (lease: Lease) => void }) {
    const { name, namespace = '' } = lease.metadata
    this.#lease = lease
    this.#by = by
    this.#o = o
    this.#renewing = new Renewing(by.transport, 'lease', { namespace, name })
    this.#revision = Number(lease.metadata.resourceVersion)
  }

  get standing(): Standing | undefined {
    return this.#renewing.standing
  }

  get renewedMs(): number | undefined {
    return this.#renewedMs
  }

  /** It is over when it has to be sent. */
  renew(): number | undefined {
    const atMs = this.#o.nowMs()
    const answer = this.#renewing.renew(this.#by.credential(), { revision: this.#revision, renewedMs: atMs })
    if (answer === undefined) {
      this.#o.wake(
        this.#renewedMs === undefined
          ? this.#lease
          : renewedLease(this.#lease, this.#renewedMs, this.#revision),
      )
      return undefined
    }
    this.#stored(answer.value as Heartbeat, atMs) // what a renewal is answered
    return answer.inMs + this.#o.everyMs
  }

  renewLate(renewedMs: number): void {
    const beat = this.standing?.late({ revision: this.#revision, renewedMs })
    if (beat !== undefined) this.#stored(beat, renewedMs)
  }

  #stored({ revision }: Heartbeat, renewedMs: number): void {
    this.#revision = revision // the version that it became
    this.#renewedMs = renewedMs
  }
}

/** What renews one object again and again. */
export interface Renewed {
  readonly standing: Standing | undefined
  /** By the clock of who renews. */
  readonly renewedMs: number | undefined
  /** Answers in how many ms it is due again; `undefined`: it is over. */
  renew(): number | undefined
  /** The renewal of a tick that rested. */
  renewLate(renewedMs: number): void
}

/** The ticks of one object's renewals, which rest while they may. */
export class RestingRenewals {
  readonly #p: Process
  readonly #renewals: Renewed
  #cancel: Cancel = () => {}

  constructor(p: Process, renewals: Renewed) {
    this.#p = p
    this.#renewals = renewals
  }

  begin(afterMs: number): void {
    this.#cancel = this.#p.task.after(afterMs, () => this.#tick())
  }

  /** Up to now it has been renewed. */
  end(): void {
    this.#cancel()
  }

  #tick(): void {
    const nextMs = this.#renewals.renew()
    if (nextMs === undefined) return
    if (this.#renewals.standing?.mayRest() !== true || !this.#rest(nextMs)) this.begin(nextMs)
  }

  /** Whether it rests. */
  #rest(periodMs: number): boolean {
    const { standing, renewedMs = 0 } = this.#renewals
    const fromMs = this.#p.monotonic()
    const ticks = (): number => Math.floor((this.#p.monotonic() - fromMs) / periodMs + tickSlack)
    let caught = 0
    const catchUp = (upTo: number): void => {
      if (upTo > caught) this.#renewals.renewLate(renewedMs + upTo * periodMs)
      caught = Math.max(caught, upTo)
    }
    let leave: Cancel = () => {}
    const rested = this.#p.task.rest({
      periodMs,
      tick: () => {
        leave()
        // The tick before this one was, whatever has moved since; this one is carried out.
        catchUp(ticks() - 1)
        this.#tick()
      },
    })
    if (rested === undefined || standing === undefined) return false
    leave = standing.rest({ catchUp: () => catchUp(ticks()), stir: rested.stir })
    this.#cancel = () => {
      rested.cancel()
      leave()
      catchUp(ticks())
    }
    return true
  }
}

/** Times are sums of fractions: a tick that is due now is. */
const tickSlack = 1e-6

/** What a lease became. */
const renewedLease = (lease: Lease, atMs: number, revision: number): Lease => ({
  ...lease,
  metadata: { ...lease.metadata, resourceVersion: String(revision) },
  spec: { ...lease.spec, renewTime: rfc3339Micro(atMs) },
})
