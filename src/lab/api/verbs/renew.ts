import { rfc3339Micro } from '#base/clock.ts'
import { guard } from '#lab/api/admission/guard.ts'
import { authorize } from '#lab/api/authorize.ts'
import { Heartbeat, type Renewing, revisionOf } from '#lab/api/heartbeat.ts'
import { asObject } from '#lab/api/json.ts'
import { schemaOfDef } from '#lab/api/schema/of-def.ts'
import type { Stored } from '#lab/api/store.ts'
import type { ResourceDef } from '#lab/api/types/resource-def.ts'
import { plainWrite, type UpdateWrite } from '#lab/api/verbs/commit.ts'
import { type ApiState, type Identity, keyOfTarget, type Target } from '#lab/api/verbs/state.ts'

export interface LeaseRenewal extends Target {
  /** The version that is renewed. */
  readonly revision: number
  readonly renewedMs: number
}

/**
 * A PUT of a lease as it is stored, with another time; where no webhook is to be asked. Answers the number of the new version;
 * `undefined`, and nothing is done, where it would not be just that. Throws {@link Refusal}.
 */
export function renewLease(state: ApiState, user: Identity, renewal: LeaseRenewal): number | undefined {
  const { def, namespace, name, revision, renewedMs } = renewal
  const key = keyOfTarget(renewal)
  const was = state.store.peek(def.bucket, key)
  if (was === undefined || revisionOf(was) !== revision) return undefined
  const base = was instanceof Heartbeat ? was.base : was
  if (!isRenewable(base)) return undefined
  if (was instanceof Heartbeat && was.renewedMs === renewedMs) return undefined
  authorize(state, user, { verb: 'update', def, namespace, name })
  guard(state, user, { op: 'UPDATE', def, namespace, name, old: base, next: base })
  const by = was instanceof Heartbeat && isBy(was.by, user, def) ? was.by : renewing(state, user, def)
  return state.store.renew(def.bucket, was, { key, renewedMs, by })
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
