import { rfc3339Micro } from '#base/clock.ts'
import { guard } from '#lab/api/admission/guard.ts'
import type { ResourceAttributes } from '#lab/api/authorization/attributes.ts'
import { attributesOf, authorizeAttributes } from '#lab/api/authorize.ts'
import { Heartbeat, type Renewing, revisionOf } from '#lab/api/heartbeat.ts'
import { asObject } from '#lab/api/json.ts'
import { schemaOfDef } from '#lab/api/schema/of-def.ts'
import type { Stored } from '#lab/api/store.ts'
import type { ResourceDef } from '#lab/api/types/resource-def.ts'
import { plainWrite, type UpdateWrite } from '#lab/api/verbs/commit.ts'
import { type ApiState, type Identity, keyOfTarget, type Target } from '#lab/api/verbs/state.ts'
import type { Renewal } from '#lab/api/wire.ts'

/** PUTs of one lease, each as it is stored with another time; where no webhook is to be asked. */
export class LeaseRenewals {
  readonly #state: ApiState
  readonly #target: Target
  readonly #key: string
  readonly #asked: ResourceAttributes

  constructor(state: ApiState, target: Target) {
    this.#state = state
    this.#target = target
    this.#key = keyOfTarget(target)
    const { def, namespace, name } = target
    this.#asked = attributesOf({ verb: 'update', def, namespace, name })
  }

  /**
   * Answers the number of the new version; `undefined`, and nothing is done, where it would not be just another time.
   * Throws {@link Refusal}.
   */
  renew(user: Identity, { revision, renewedMs }: Renewal): number | undefined {
    const state = this.#state
    const { def, namespace, name } = this.#target
    const was = state.store.peek(def.bucket, this.#key)
    if (was === undefined || revisionOf(was) !== revision) return undefined
    const base = was instanceof Heartbeat ? was.base : was
    if (!isRenewable(base)) return undefined
    if (was instanceof Heartbeat && was.renewedMs === renewedMs) return undefined
    authorizeAttributes(state, user, this.#asked)
    guard(state, user, { op: 'UPDATE', def, namespace, name, old: base, next: base })
    const by = was instanceof Heartbeat && isBy(was.by, user, def) ? was.by : renewing(state, user, def)
    return state.store.renew(def.bucket, was, { key: this.#key, renewedMs, by })
  }
}

const isRenewable = ({ metadata, spec }: Stored): boolean =>
  metadata.deletionTimestamp === undefined && typeof asObject(spec).renewTime === 'string'

const isBy = (by: Renewing, user: Identity, def: ResourceDef): boolean =>
  by instanceof LeaseRenewing && by.user === user && by.def === def

const renewing = (state: ApiState, user: Identity, def: ResourceDef): LeaseRenewing =>
  new LeaseRenewing(state, user, { def, write: plainWrite(state, def, { by: { user } }) })

/** What one user's renewals of a lease have in common. */
class LeaseRenewing implements Renewing {
  readonly user: Identity
  readonly def: ResourceDef
  readonly #state: ApiState
  readonly #write: UpdateWrite

  constructor(
    state: ApiState,
    user: Identity,
    { def, write }: { readonly def: ResourceDef; readonly write: UpdateWrite },
  ) {
    this.#state = state
    this.user = user
    this.def = def
    this.#write = write
  }

  renewed(base: Stored, renewedMs: number): Stored {
    return { ...base, spec: { ...asObject(base.spec), renewTime: rfc3339Micro(renewedMs) } }
  }

  note(base: Stored, made: Stored, timeMs: number): void {
    const schema = schemaOfDef(this.#state.types, this.def)
    if (schema !== undefined)
      this.#state.ledger.noteRenewal(base, made, { schema, write: this.#write, timeMs })
  }
}
