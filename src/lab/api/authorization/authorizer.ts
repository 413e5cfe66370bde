/** `--authorization-mode=Node,RBAC`, behind the group that may do everything: pkg/kubeapiserver/authorizer/config.go. */
import type { Attributes, Decision } from '#lab/api/authorization/attributes.ts'
import { NodeAuthorizer } from '#lab/api/authorization/node.ts'
import { Rbac } from '#lab/api/authorization/rbac.ts'
import type { Store } from '#lab/api/store.ts'
import type { Identity } from '#lab/api/verbs/state.ts'

const privileged: Decision = { allowed: true, reason: '' }

export class Authorizer {
  readonly rbac: Rbac
  readonly #node: NodeAuthorizer

  constructor(store: Store) {
    this.rbac = new Rbac(store)
    this.#node = new NodeAuthorizer(store)
  }

  /** Asks one authorizer after another until one allows; reasons of those that did not are joined by line breaks. */
  decide(user: Identity, attributes: Attributes): Decision {
    if (isMaster(user)) return privileged
    const byNode = this.#node.decide(user, attributes)
    if (byNode?.allowed) return byNode
    const byRbac = this.rbac.decide(user, attributes)
    if (byRbac.allowed || byNode === undefined || byNode.reason === '') return byRbac
    return { allowed: false, reason: [byNode.reason, byRbac.reason].filter((each) => each !== '').join('\n') }
  }
}

/** Whether a user may do everything, whatever the roles say. */
export const isMaster = ({ groups }: Identity): boolean => groups.includes('system:masters')
