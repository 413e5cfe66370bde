/** What admission is asked about: staging:apiserver/pkg/admission/interfaces.go (Attributes). */
import type { JsonObject } from '#lab/api/json.ts'
import type { ResourceDef } from '#lab/api/types/resource-def.ts'
import type { Identity } from '#lab/api/verbs/state.ts'

export type Operation = 'CREATE' | 'UPDATE' | 'DELETE' | 'CONNECT'

export interface Attributes {
  readonly operation: Operation
  readonly def: ResourceDef
  readonly subresource?: string | undefined
  readonly namespace: string | undefined
  /** Empty for a new object that has only a generateName. */
  readonly name: string
  /** As it would be stored; absent for DELETE. */
  readonly object?: JsonObject | undefined
  readonly old?: JsonObject | undefined
  readonly user: Identity
  readonly dryRun: boolean
  /** CreateOptions, UpdateOptions, DeleteOptions. */
  readonly options: JsonObject
}

/** What a verb asks before it writes. Both may throw a Refusal, or break the verb off to ask webhooks (admission.ts). */
export interface AdmissionChain {
  /** The object as mutating webhooks leave it; `complete` does again what the server's own plugins did, after a change. */
  mutate(asked: Attributes, complete: (object: JsonObject) => JsonObject): JsonObject | undefined
  validate(asked: Attributes): void
}

/** The kind of what is written: the subresource's own where it has one. */
export function kindOf({ def, subresource }: Attributes): {
  readonly group: string
  readonly version: string
  readonly kind: string
} {
  const part = subresource === undefined ? undefined : def.subresources[subresource]
  if (part === undefined) return { group: def.group, version: def.version, kind: def.kind }
  return { group: part.group ?? def.group, version: part.version ?? def.version, kind: part.kind }
}
