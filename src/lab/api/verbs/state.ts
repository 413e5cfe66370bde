/** What every verb works on, and who asks. */
import type { Random } from '#base/random.ts'
import type { Authorizer } from '#lab/api/authorization/authorizer.ts'
import type { JsonObject } from '#lab/api/json.ts'
import type { Ledger } from '#lab/api/managed/ledger.ts'
import type { Owner } from '#lab/api/managed/managers.ts'
import type { ObjectMeta } from '#lab/api/objects.ts'
import type { BuiltinTypes } from '#lab/api/schema/builtin.ts'
import type { StandingBeats } from '#lab/api/standing.ts'
import { notFound } from '#lab/api/status.ts'
import { keyOf, type Store, type Stored } from '#lab/api/store.ts'
import type { Tokens } from '#lab/api/tokens/tokens.ts'
import type { Registry } from '#lab/api/types/registry.ts'
import { groupVersion, type ResourceDef } from '#lab/api/types/resource-def.ts'
import type { AdmissionChain, Attributes, Operation } from '#lab/api/webhooks/attributes.ts'

export interface ApiState {
  readonly store: Store
  /** Renewals that rest. */
  readonly beats: StandingBeats
  readonly registry: Registry
  /** Who wrote what. */
  readonly ledger: Ledger
  /** Kubernetes' own types as this server's version knows them. */
  readonly types: BuiltinTypes
  readonly tokens: Tokens
  readonly access: Authorizer
  readonly random: Random
  /** Virtual ms since 1970. */
  readonly now: () => number
  /** The node ports and service addresses that are given out: `10.96.0.0/12`. */
  readonly serviceCidr: string
}

export interface Identity {
  readonly username: string
  readonly groups: readonly string[]
  readonly uid?: string
  readonly extra?: Readonly<Record<string, readonly string[]>>
}

export interface Caller {
  readonly user: Identity
  /** Absent: written past all webhooks, as into etcd. */
  readonly admission?: AdmissionChain | undefined
  readonly dryRun?: boolean
  readonly fieldManager?: string | undefined
  /** Who owns which fields afterwards, as server-side apply has worked it out. */
  readonly owners?: readonly Owner[]
  /** The subresource that was written through where it is not that of the object: `scale`. */
  readonly through?: string
  /** How bodies are read; absent for the lab's own programs, which send what their types hold. */
  readonly decoding?: Decoding | undefined
  /** Tells the client something beside the answer (the Warning header). */
  readonly warn?: (text: string) => void
}

export interface Decoding {
  readonly validation: 'Ignore' | 'Warn' | 'Strict'
  /** Fields that stand twice in the body. */
  readonly duplicates: readonly string[]
}

/** An object as a request names it. */
export interface Target {
  readonly def: ResourceDef
  readonly namespace: string | undefined
  readonly name: string
}

export const keyOfTarget = ({ namespace, name }: Target): string => keyOf(namespace, name)

/** The stored object, as renewals that rest have left it. */
export function current({ store, beats }: ApiState, target: Target): Stored | undefined {
  const key = keyOfTarget(target)
  beats.catchUp(target.def.bucket, key)
  return store.get(target.def.bucket, key)
}

/** The stored object; throws NotFound. */
export function existing(state: ApiState, target: Target): Stored {
  const object = current(state, target)
  if (object === undefined) throw notFound(target.def, target.name)
  return object
}

/** An object whose metadata is complete, in the order in which a real server writes its keys. */
export function stored(def: ResourceDef, object: JsonObject, metadata: ObjectMeta): Stored {
  const { apiVersion: _version, kind: _kind, metadata: _old, ...rest } = object
  return { apiVersion: def.storedAs ?? groupVersion(def), kind: def.kind, metadata, ...rest }
}

/** What admission is asked about a write of this caller. */
export const attributesOf = (
  caller: Caller,
  operation: Operation,
  o: Pick<Attributes, 'def' | 'name' | 'namespace' | 'subresource' | 'object' | 'old'>,
): Attributes => ({
  ...o,
  operation,
  user: caller.user,
  dryRun: caller.dryRun ?? false,
  options: {
    kind: operation === 'CONNECT' ? 'CreateOptions' : optionKinds[operation],
    apiVersion: 'meta.k8s.io/v1',
    ...(caller.dryRun ? { dryRun: ['All'] } : {}),
    ...(caller.fieldManager === undefined ? {} : { fieldManager: caller.fieldManager }),
  },
})

const optionKinds = { CREATE: 'CreateOptions', UPDATE: 'UpdateOptions', DELETE: 'DeleteOptions' } as const
