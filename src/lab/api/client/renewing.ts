import { rfc3339Micro } from '#base/clock.ts'
import type { Lease } from '#lab/api/objects.ts'
import type { Sure, Transport } from '#lab/api/transport.ts'
import type { Credential, Renewal, RenewedPart } from '#lab/api/wire.ts'

/** Renews a part of one object by what was found out the first time, as long as the same credential is shown on the same connection. */
export class Renewing {
  readonly name: string
  readonly #transport: Transport
  readonly #what: RenewedPart
  readonly #namespace: string | undefined
  #shown: Credential | undefined
  #again: Sure['again']

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

  /** `undefined`: it has to be sent. */
  renew(as: Credential | Promise<Credential>, next: Renewal): Sure | undefined {
    const again = as === this.#shown ? this.#again?.(next) : undefined
    if (again !== undefined || as instanceof Promise) return again
    const namespace = this.#namespace
    const object = { ...next, ...(namespace === undefined ? {} : { namespace }), name: this.name }
    const answer = this.#transport.ask({ kube: 'renewal', id: 0, as, what: this.#what, object })
    this.#shown = as
    this.#again = answer?.again
    return answer
  }
}

/** What a lease became. */
export const renewedLease = (
  lease: Lease,
  atMs: number,
  { revision }: { readonly revision: number },
): Lease => ({
  ...lease,
  metadata: { ...lease.metadata, resourceVersion: String(revision) },
  spec: { ...lease.spec, renewTime: rfc3339Micro(atMs) },
})
