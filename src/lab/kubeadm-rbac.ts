/**
 * The roles and bindings that kubeadm 1.31 makes beside those of its addons:
 * kubernetes/kubernetes:cmd/kubeadm/app/phases/{kubeconfig,bootstraptoken,kubelet,uploadconfig,copycerts}.
 */
import type { Draft, KubeObject, Role, RoleBinding } from '#lab/api/objects.ts'

const group = 'rbac.authorization.k8s.io'
const tokenGroup = 'system:bootstrappers:kubeadm:default-node-token'

const clusterBinding = (name: string, role: string, groups: readonly string[]): Draft<RoleBinding> => ({
  apiVersion: `${group}/v1`,
  kind: 'ClusterRoleBinding',
  metadata: { name },
  ...bound('ClusterRole', role, groups),
})

const bound = (kind: 'ClusterRole' | 'Role', name: string, groups: readonly string[]) => ({
  roleRef: { apiGroup: group, kind, name },
  subjects: groups.map((each) => ({ apiGroup: group, kind: 'Group', name: each })),
})

/** A ConfigMap that joining nodes may read. */
const readable = (
  name: string,
  map: string,
  groups: readonly string[],
  namespace = 'kube-system',
): readonly (Draft<Role> | Draft<RoleBinding>)[] => [
  {
    apiVersion: `${group}/v1`,
    kind: 'Role',
    metadata: { name, namespace },
    rules: [{ apiGroups: [''], resourceNames: [map], resources: ['configmaps'], verbs: ['get'] }],
  },
  {
    apiVersion: `${group}/v1`,
    kind: 'RoleBinding',
    metadata: { name, namespace },
    ...bound('Role', name, groups),
  },
]

const getNodes: Draft<Role> = {
  apiVersion: `${group}/v1`,
  kind: 'ClusterRole',
  metadata: { name: 'kubeadm:get-nodes' },
  rules: [{ apiGroups: [''], resources: ['nodes'], verbs: ['get'] }],
}

/** Who holds admin.conf is of the group `kubeadm:cluster-admins`. */
export const ownersBinding = (): Draft<KubeObject> =>
  clusterBinding('kubeadm:cluster-admins', 'cluster-admin', ['kubeadm:cluster-admins'])

/** The owner's right, and what nodes that join need. */
export const kubeadmRbac = (): readonly Draft<KubeObject>[] => [
  ownersBinding(),
  getNodes,
  clusterBinding('kubeadm:get-nodes', 'kubeadm:get-nodes', [tokenGroup]),
  clusterBinding('kubeadm:kubelet-bootstrap', 'system:node-bootstrapper', [tokenGroup]),
  clusterBinding(
    'kubeadm:node-autoapprove-bootstrap',
    'system:certificates.k8s.io:certificatesigningrequests:nodeclient',
    [tokenGroup],
  ),
  clusterBinding(
    'kubeadm:node-autoapprove-certificate-rotation',
    'system:certificates.k8s.io:certificatesigningrequests:selfnodeclient',
    ['system:nodes'],
  ),
  ...readable('kubeadm:kubelet-config', 'kubelet-config', ['system:nodes', tokenGroup]),
  ...readable('kubeadm:nodes-kubeadm-config', 'kubeadm-config', [tokenGroup, 'system:nodes']),
  ...readable('kube-proxy', 'kube-proxy', [tokenGroup]),
]
