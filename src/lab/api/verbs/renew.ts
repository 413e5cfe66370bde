import { rfc3339, rfc3339Micro } from '#base/clock.ts'
import { guard } from '#lab/api/admission/guard.ts'
import type { ResourceAttributes } from '#lab/api/authorization/attributes.ts'
import { attributesOf, authorizeAttributes } from '#lab/api/authorize.ts'
import { Heartbeat, type Renewing, revisionOf } from '#lab/api/heartbeat.ts'
import { asObject } from '#lab/api/json.ts'
import type { Condition } from '#lab/api/objects.ts'
import { schemaOfDef } from '#lab/api/schema/of-def.ts'
import type { Standing } from '#lab/api/standing.ts'
import { Refusal } from '#lab/api/status.ts'
import type { Stored } from '#lab/api/store.ts'
import type { ResourceDef } from '#lab/api/types/resource-def.ts'
import { plainWrite, type UpdateWrite } from '#lab/api/verbs/commit.ts'
import { type ApiState, type Identity, keyOfTarget, type Target } from '#lab/api/verbs/state.ts'
import type { Renewal, RenewedPart } from '#lab/api/wire.ts'

/** How a part of an object is written that says again what it said. */
interface Writing {
  readonly verb: 'update' | 'patch'
  readonly subresource?: 'status'
  readonly isRenewable: (base: Stored) => boolean
  readonly renewed: (base: Stored, renewedMs: number) => Stored
}

const writings: Readonly<Record<RenewedPart, Writing>> = {
  lease: {
    verb: 'update',
    isRenewable: ({ spec }) => typeof asObject(spec).renewTime === 'string',
    renewed: (base, renewedMs) => ({
      ...base,
      spec: { ...asObject(base.spec), renewTime: rfc3339Micro(renewedMs) },
    }),
  },
  'node-status': {
    verb: 'patch',
    subresource: 'status',
    isRenewable: (base) => kubelets.every((type) => conditionsOf(base).some((each) => each.type === type)),
    renewed: (base, renewedMs) => {
      const lastHeartbeatTime = rfc3339(renewedMs)
      const conditions = conditionsOf(base).map((each) =>
        kubelets.includes(each.type) ? { ...each, lastHeartbeatTime } : each,
      )
      return { ...base, status: { ...asObject(base.status), conditions } }
    },
  },
}

/** The conditions that a kubelet reports: kubernetes/kubernetes:pkg/kubelet/nodestatus/setters.go. */
const kubelets = ['MemoryPressure', 'DiskPressure', 'PIDPressure', 'Ready']

const conditionsOf = ({ status }: Stored): readonly Condition[] =>
  (asObject(status).conditions ?? []) as readonly Condition[] // of a Node

/** Writes of one object, each as it is stored with another time; where no webhook is to be asked. */
export class Renewals {
  readonly #state: ApiState
  readonly #target: Target
  readonly #what: RenewedPart
  readonly #key: string
  readonly #asked: ResourceAttributes
  /** Who was found to be allowed to, and after how many writes. */
  #allowed: { readonly user: Identity; readonly writes: number } | undefined

  constructor(state: ApiState, target: Target, what: RenewedPart) {
    this.#state = state
    this.#target = target
    this.#what = what
    this.#key = keyOfTarget(target)
    const { def, namespace, name } = target
    const { verb, subresource } = writings[what]
    this.#asked = attributesOf({ verb, def, namespace, name, subresource })
  }

  /** Where the object is stored. */
  get bucket(): string {
    return this.#target.def.bucket
  }

  get key(): string {
    return this.#key
  }

  /**
   * Answers the new version; `undefined`, and nothing is done, where it would not be just another time.
   * Throws {@link Refusal}.
   */
  renew(user: Identity, { revision, renewedMs }: Renewal): Heartbeat | undefined {
    const { store } = this.#state
    const { def } = this.#target
    const was = store.peek(def.bucket, this.#key)
    if (was === undefined || revisionOf(was) !== revision) return undefined
    const beat = was instanceof Heartbeat ? was : undefined
    if (beat?.renewedMs === renewedMs) return undefined
    const base = beat?.base ?? (was as Stored) // no heartbeat
    if (!this.#isAllowed(user, base)) return undefined
    const by = beat !== undefined && this.#isBy(beat.by, user) ? beat.by : this.#renewing(user)
    return store.renew(def.bucket, was, { key: this.#key, renewedMs, by })
  }

  /** {@link renew} by who did last, as long as nothing but heartbeats has been written since. */
  renewAgain(user: Identity, next: Renewal): Heartbeat | undefined {
    const known = this.#allowed
    const isAllowed = known?.user === user && known.writes === this.#state.store.writes
    return isAllowed ? this.renew(user, next) : undefined
  }

  /** Who may and what stands in the way follows from what is stored: as long as nothing but heartbeats is written, that is as it was. */
  #isAllowed(user: Identity, base: Stored): boolean {
    const { writes } = this.#state.store
    const known = this.#allowed
    if (known?.writes === writes && known.user === user) return true
    if (base.metadata.deletionTimestamp !== undefined || !writings[this.#what].isRenewable(base)) return false
    const { def, namespace, name } = this.#target
    const { subresource } = writings[this.#what]
    authorizeAttributes(this.#state, user, this.#asked)
    guard(this.#state, user, { op: 'UPDATE', def, subresource, namespace, name, old: base, next: base })
    this.#allowed = { user, writes }
    return true
  }

  #isBy(by: Renewing, user: Identity): boolean {
    return by instanceof TimedRenewing && by.user === user && by.def === this.#target.def
  }

  #renewing(user: Identity): TimedRenewing {
    const { def } = this.#target
    const writing = writings[this.#what]
    const write = plainWrite(this.#state, def, { by: { user }, subresource: writing.subresource })
    return new TimedRenewing(this.#state, user, { def, write, renewed: writing.renewed })
  }
}

/** How such writes may rest; they are this user's, whatever becomes of his credential meanwhile. */
export const standingOf = ({ beats }: ApiState, renewals: Renewals, user: Identity): Standing => ({
  mayRest: () => beats.mayRest(renewals.bucket),
  rest: (beat) => beats.rest({ ...beat, bucket: renewals.bucket, key: renewals.key }),
  late: (next) => {
    try {
      return renewals.renew(user, next)
    } catch (error) {
      if (error instanceof Refusal) return undefined
      throw error
    }
  },
})

/** What one user's renewals of an object have in common. */
class TimedRenewing implements Renewing {
  readonly user: Identity
  readonly def: ResourceDef
  readonly renewed: Writing['renewed']
  readonly #state: ApiState
  readonly #write: UpdateWrite

  constructor(
    state: ApiState,
    user: Identity,
    o: { readonly def: ResourceDef; readonly write: UpdateWrite; readonly renewed: Writing['renewed'] },
  ) {
    this.#state = state
    this.user = user
    this.def = o.def
    this.renewed = o.renewed
    this.#write = o.write
  }

  note(base: Stored, made: Stored, timeMs: number): void {
    const schema = schemaOfDef(this.#state.types, this.def)
    if (schema !== undefined)
      this.#state.ledger.noteRenewal(base, made, { schema, write: this.#write, timeMs })
  }
}
