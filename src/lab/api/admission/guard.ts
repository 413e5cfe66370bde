/** What a caller may not write although a role lets it write that type. Asked once a change is complete, before it is stored. */
import { restrictNode } from '#lab/api/admission/node-restriction.ts'
import { checkEscalation } from '#lab/api/authorization/escalation.ts'
import type { JsonObject } from '#lab/api/json.ts'
import type { ResourceDef } from '#lab/api/types/resource-def.ts'
import type { ApiState, Identity } from '#lab/api/verbs/state.ts'

export interface GuardedChange {
  readonly op: 'CREATE' | 'UPDATE' | 'DELETE'
  readonly def: ResourceDef
  readonly subresource?: string | undefined
  readonly namespace?: string | undefined
  readonly name: string
  readonly old?: JsonObject
  /** The object as it would be stored; for a POST to a part, its body. */
  readonly next?: JsonObject
}

/** Throws Forbidden for a kubelet that reaches beyond its node, and for a role that gives more than its writer has. */
export function guard(state: ApiState, user: Identity, change: GuardedChange): void {
  restrictNode(state, user, change)
  if (change.next !== undefined && change.def.group === 'rbac.authorization.k8s.io')
    checkEscalation(state, user, { ...change, next: change.next })
}
