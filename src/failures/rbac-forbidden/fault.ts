import { assert } from '#base/assert.ts'
import { clusterSubject } from '#cluster/subjects.ts'
import type { KubeObject } from '#lab/api/objects.ts'
import { type ResourceType, resources } from '#lab/api/ports.ts'
import type { Fault, LabControl } from '#lab/fault.ts'
import { deletePods, draftOf, restartCalicoNode, taken } from '#lab/owner-acts.ts'

const rbac = (resource: string): ResourceType => ({
  group: 'rbac.authorization.k8s.io',
  version: 'v1',
  resource,
})

/** Which object is taken away or changed in each variant. */
const objects: Readonly<Record<string, { readonly type: ResourceType; readonly name: string }>> = {
  'binding-deleted': { type: rbac('clusterrolebindings'), name: 'calico-node' },
  'role-too-old': { type: rbac('clusterroles'), name: 'calico-node' },
  'extension-binding-deleted': { type: rbac('clusterrolebindings'), name: 'calico-extension' },
  'cni-binding-deleted': { type: rbac('clusterrolebindings'), name: 'calico-cni-plugin' },
}

/** Calico's accounts lose rights. What runs goes on until its watches end; calico-node of one node is restarted then. */
export const fault: Fault<KubeObject> = {
  flavours: ['plain', 'hardened', 'iks-classic'],
  only: { 'extension-binding-deleted': ['iks-classic'] },
  variants: {
    'binding-deleted': 'the ClusterRoleBinding calico-node is deleted',
    'role-too-old': 'the ClusterRole calico-node is that of a release without BGPFilters and tiers',
    'extension-binding-deleted':
      'the binding by which IKS’ init container makes HostEndpoints is deleted, and the HostEndpoints of a worker with it',
    'cni-binding-deleted': 'the ClusterRoleBinding of the CNI plugin’s account is deleted',
  },
  change: async (lab, { node, variant }) => {
    const ref = objectOf(variant)
    if (variant === 'extension-binding-deleted') await deleteHostEndpoints(lab, node)
    if (variant !== 'role-too-old') return taken(lab, ref)
    const role = await lab.kube.get<Role>(ref)
    await lab.kube.patch(ref, { type: 'merge', body: { rules: olderThan329(role) } })
    return role
  },
  // Calico's pod of a node is made anew, or, where the plugin's rights went, an application is rolled out.
  trigger: (lab, { node, variant }) =>
    variant === 'cni-binding-deleted'
      ? deletePods(lab, { namespace: 'shop', labelSelector: '' })
      : restartCalicoNode(lab, node),
  settleMs: () => 10 * 60_000,
  undo: async (lab, { variant }, object) => {
    const ref = objectOf(variant)
    if (variant !== 'role-too-old') return lab.kube.create(ref.type, draftOf(object))
    await lab.kube.patch(ref, { type: 'merge', body: { rules: (object as Role).rules } }) // it came from a role
  },
  subjects: () => [clusterSubject],
}

interface HostEndpoint extends KubeObject {
  readonly spec: { readonly node?: string }
}

async function deleteHostEndpoints(lab: LabControl, node: string): Promise<void> {
  const type = resources.hostEndpoints
  for (const { metadata, spec } of await lab.kube.list<HostEndpoint>({ type }))
    if (spec.node === node) await lab.kube.delete({ type, name: metadata.name })
}

interface Role extends KubeObject {
  readonly rules: readonly { readonly resources?: readonly string[] }[]
}

const younger: ReadonlySet<string> = new Set(['bgpfilters', 'tiers', 'adminnetworkpolicies'])

const olderThan329 = ({ rules }: Role): Role['rules'] =>
  rules
    .map((rule) => ({ ...rule, resources: (rule.resources ?? []).filter((one) => !younger.has(one)) }))
    .filter(({ resources }) => resources.length > 0)

function objectOf(variant: string) {
  const found = objects[variant]
  assert(found !== undefined, `a variant of the fault, not ${variant}`)
  return found
}
