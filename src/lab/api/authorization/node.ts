/**
 * What a kubelet may do: its own rules, and of secrets, config maps and accounts only those that pods of its node refer to.
 * kubernetes/kubernetes:plugin/pkg/auth/authorizer/node/node_authorizer.go, graph.go.
 *
 * Not imitated: volumes and claims, CSINodes, certificate requests, resource claims; authorization by selectors (1.32).
 */
import {
  type Attributes,
  combined,
  type Decision,
  type ResourceAttributes,
} from '#lab/api/authorization/attributes.ts'
import { nodeRules } from '#lab/api/authorization/bootstrap/node-rules.ts'
import { NodeGraph } from '#lab/api/authorization/node-graph.ts'
import { covers, coversPath } from '#lab/api/authorization/rules.ts'
import type { Store } from '#lab/api/store.ts'
import type { Identity } from '#lab/api/verbs/state.ts'

const allow: Decision = { allowed: true, reason: '' }
const refuse = (reason: string): Decision => ({ allowed: false, reason })
const silent = refuse('')

/** The node that a user is; '' for one that is of the nodes' group only, `undefined` for anybody else: pkg/auth/nodeidentifier. */
export function nodeOfUser(user: Identity): string | undefined {
  let node = nodes.get(user)
  if (node === undefined) {
    node = { name: nodeNamed(user) }
    nodes.set(user, node)
  }
  return node.name
}

/** Who asks is one value in most of its requests, and none of them changes. */
const nodes = new WeakMap<Identity, { readonly name: string | undefined }>()

function nodeNamed({ username, groups }: Identity): string | undefined {
  if (!username.startsWith('system:node:') || !groups.includes('system:nodes')) return undefined
  return username.slice('system:node:'.length)
}

export class NodeAuthorizer {
  readonly #graph: NodeGraph
  readonly #byRule = new Map<string, Decision>()

  constructor(store: Store) {
    this.#graph = new NodeGraph(store)
  }

  /** `undefined` for a user that is no node. */
  decide(user: Identity, attributes: Attributes): Decision | undefined {
    const node = nodeOfUser(user)
    if (node === undefined) return undefined
    if (node === '') return refuse(`unknown node for user ${JSON.stringify(user.username)}`)
    if (attributes.kind === 'path')
      return nodeRules().some((rule) => coversPath(rule, attributes)) ? allow : silent
    const { group, resource } = attributes
    if (group === 'coordination.k8s.io' && resource === 'leases') return ownLease(node, attributes)
    if (group === '' && (resource === 'secrets' || resource === 'configmaps'))
      return this.#readReferred(node, attributes)
    if (group === '' && resource === 'serviceaccounts') return this.#createToken(node, attributes)
    return this.#byRules(attributes)
  }

  #byRules(attributes: ResourceAttributes): Decision {
    const key = `${attributes.verb} ${attributes.group} ${combined(attributes)}`
    let decision = this.#byRule.get(key)
    if (decision === undefined) {
      decision = nodeRules().some((rule) => covers(rule, attributes)) ? allow : silent
      if (this.#byRule.size > 1000) this.#byRule.clear()
      this.#byRule.set(key, decision)
    }
    return decision
  }

  #readReferred(node: string, attributes: ResourceAttributes): Decision {
    const { verb, subresource, namespace, name } = attributes
    if (!['get', 'list', 'watch'].includes(verb)) return refuse('can only read resources of this type')
    if (subresource) return refuse('cannot read subresource')
    if (!namespace) return refuse('can only read namespaced object of this type')
    if (!name) return refuse('No Object name found')
    return this.#related(node, attributes)
  }

  #createToken(node: string, attributes: ResourceAttributes): Decision {
    const { verb, subresource, name } = attributes
    if (verb !== 'create' || !name) return refuse('can only create tokens for individual service accounts')
    if (subresource !== 'token') return refuse('can only create token subresource of service account')
    return this.#related(node, attributes)
  }

  #related(node: string, { resource, namespace = '', name = '' }: ResourceAttributes): Decision {
    return this.#graph.refers(node, resource, namespace, name)
      ? allow
      : refuse(`no relationship found between node '${node}' and this object`)
  }
}

function ownLease(node: string, { verb, namespace, name }: ResourceAttributes): Decision {
  if (!['get', 'create', 'update', 'patch', 'delete'].includes(verb))
    return refuse('can only get, create, update, patch, or delete a node lease')
  if (namespace !== 'kube-node-lease')
    return refuse('can only access leases in the "kube-node-lease" system namespace')
  // The name of a new lease is in its body, which NodeRestriction looks at.
  if (verb !== 'create' && name !== node)
    return refuse('can only access node lease with the same name as the requesting node')
  return allow
}
