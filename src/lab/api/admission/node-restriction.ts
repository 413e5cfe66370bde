/**
 * A kubelet writes its own Node, its own Lease, mirror pods and the status of pods that it runs, and nothing else of that
 * kind: kubernetes/kubernetes:plugin/pkg/admission/noderestriction/admission.go.
 *
 * Not imitated: claims, CSINodes, configSource, resource claims in a pod's status.
 */
import type { GuardedChange } from '#lab/api/admission/guard.ts'
import { forbiddenLabels } from '#lab/api/admission/kubelet-labels.ts'
import { nodeOfUser } from '#lab/api/authorization/node.ts'
import { asList, asObject, asText, at, isObject, type JsonObject } from '#lab/api/json.ts'
import { deepEqual } from '#lab/api/patch/merge.ts'
import { forbidden, notFound } from '#lab/api/status.ts'
import { keyOf } from '#lab/api/store.ts'
import type { ApiState, Identity } from '#lab/api/verbs/state.ts'

/** Throws Forbidden when a node's user changes what is not its own. */
export function restrictNode(state: ApiState, user: Identity, change: GuardedChange): void {
  const node = nodeOfUser(user)
  if (node === undefined) return
  const why = refused(state, node, change)
  if (why !== undefined) throw forbidden(change.def, change.name, why)
}

type Reason = string | undefined

function refused(state: ApiState, node: string, change: GuardedChange): Reason {
  switch (change.def.bucket) {
    case '/pods':
      return podRefused(state, node, change)
    case '/nodes':
      return nodeRefused(node, change)
    case '/serviceaccounts':
      return tokenRefused(state, node, change)
    case 'coordination.k8s.io/leases':
      return leaseRefused(node, change)
    default:
      return undefined
  }
}

const quoted = JSON.stringify

function podRefused(
  state: ApiState,
  node: string,
  { op, subresource, namespace, name, old, next }: GuardedChange,
): Reason {
  const boundTo = (pod: unknown): unknown => at(pod, 'spec.nodeName')
  if (subresource === 'status') {
    if (boundTo(old) !== node)
      return `node ${quoted(node)} can only update pod status for pods with spec.nodeName set to itself`
    const same = deepEqual(at(old, 'metadata.labels') ?? {}, at(next, 'metadata.labels') ?? {})
    return same ? undefined : `node ${quoted(node)} cannot update labels through pod status`
  }
  if (subresource === 'eviction') {
    const pod = state.store.get('/pods', keyOf(namespace, name))
    return boundTo(pod) === node
      ? undefined
      : `node ${node} can only evict pods with spec.nodeName set to itself`
  }
  if (subresource !== undefined)
    return `unexpected pod subresource ${quoted(subresource)}, only 'status' and 'eviction' are allowed`
  if (op === 'CREATE') return mirrorRefused(state, node, asObject(next))
  if (op === 'UPDATE')
    return `unexpected operation "UPDATE", node ${quoted(node)} can only create and delete mirror pods`
  return boundTo(old) === node
    ? undefined
    : `node ${quoted(node)} can only delete pods with spec.nodeName set to itself`
}

const mirror = 'kubernetes.io/config.mirror'

function mirrorRefused({ store }: ApiState, node: string, pod: JsonObject): Reason {
  const only = `node ${quoted(node)} can only create`
  if (asObject(at(pod, 'metadata.annotations'))[mirror] === undefined)
    return `pod does not have ${quoted(mirror)} annotation, node ${quoted(node)} can only create mirror pods`
  const spec = asObject(pod.spec)
  if (spec.nodeName !== node) return `${only} pods with spec.nodeName set to itself`
  const owners = asList(at(pod, 'metadata.ownerReferences')).map(asObject)
  const [owner] = owners
  if (owners.length > 1) return `${only} pods with a single owner reference set to itself`
  if (owner?.apiVersion !== 'v1' || owner.kind !== 'Node' || owner.name !== node)
    return `${only} pods with an owner reference set to itself`
  if (owner.controller !== true) return `${only} pods with a controller owner reference set to itself`
  if (owner.blockOwnerDeletion === true)
    return `node ${quoted(node)} must not set blockOwnerDeletion on an owner reference`
  const self = store.get('/nodes', node)
  if (self === undefined) throw notFound({ group: '', resource: 'nodes' }, node)
  if (owner.uid !== self.metadata.uid)
    return `node ${node} UID mismatch: expected ${String(owner.uid)} got ${self.metadata.uid}`
  return spec.serviceAccountName === undefined || spec.serviceAccountName === ''
    ? undefined
    : `node ${quoted(node)} can not create pods that reference a service account`
}

function nodeRefused(node: string, { op, name, old, next }: GuardedChange): Reason {
  if (name !== node) return `node ${quoted(node)} is not allowed to modify node ${quoted(name)}`
  if (op === 'DELETE') return undefined
  if (op === 'UPDATE' && !deepEqual(at(old, 'spec.taints') ?? [], at(next, 'spec.taints') ?? []))
    return `node ${quoted(node)} is not allowed to modify taints`
  const labels = forbiddenLabels(asObject(at(old, 'metadata.labels')), asObject(at(next, 'metadata.labels')))
  if (labels.length === 0) return undefined
  return op === 'CREATE'
    ? `node ${quoted(node)} is not allowed to set the following labels: ${labels.join(', ')}`
    : `is not allowed to modify labels: ${labels.join(', ')}`
}

function tokenRefused(
  { store }: ApiState,
  node: string,
  { op, subresource, namespace, next }: GuardedChange,
): Reason {
  if (op !== 'CREATE' || subresource !== 'token') return undefined
  const ref = at(next, 'spec.boundObjectRef')
  if (!isObject(ref) || ref.apiVersion !== 'v1' || ref.kind !== 'Pod' || !asText(ref.name))
    return 'node requested token not bound to a pod'
  if (!asText(ref.uid)) return 'node requested token with a pod binding without a uid'
  const pod = store.get('/pods', keyOf(namespace, String(ref.name)))
  if (pod === undefined) throw notFound({ group: '', resource: 'pods' }, String(ref.name))
  if (pod.metadata.uid !== ref.uid)
    return `the UID in the bound object reference (${String(ref.uid)}) does not match the UID in record. The object might have been deleted and then recreated`
  return at(pod, 'spec.nodeName') === node
    ? undefined
    : 'node requested token bound to a pod scheduled on a different node'
}

function leaseRefused(node: string, { namespace, name }: GuardedChange): Reason {
  if (namespace !== 'kube-node-lease')
    return 'can only access leases in the "kube-node-lease" system namespace'
  return name === node ? undefined : 'can only access node lease with the same name as the requesting node'
}
