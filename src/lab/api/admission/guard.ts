/** What a caller may not write although a role lets it write that type. Asked once a change is complete, before it is stored. */
import { restrictNode } from '#lab/api/admission/node-restriction.ts'
import { checkEscalation } from '#lab/api/authorization/escalation.ts'
import type { JsonObject } from '#lab/api/json.ts'
import { forbidden } from '#lab/api/status.ts'
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

/** staging:apiserver/pkg/admission/plugin/namespace/lifecycle/admission.go */
const immortal = ['default', 'kube-system', 'kube-public']

/**
 * Throws Forbidden for a kubelet that reaches beyond its node, for a role that gives more than its writer has, and for the
 * end of a namespace that no cluster can be without.
 */
export function guard(state: ApiState, user: Identity, change: GuardedChange): void {
  const { op, def, name } = change
  if (op === 'DELETE' && def.bucket === '/namespaces' && immortal.includes(name))
    throw forbidden(def, name, 'this namespace may not be deleted')
  restrictNode(state, user, change)
  if (change.next !== undefined && change.def.group === 'rbac.authorization.k8s.io')
    checkEscalation(state, user, { ...change, next: change.next })
}
