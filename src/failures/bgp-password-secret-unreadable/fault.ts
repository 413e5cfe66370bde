import { clusterSubject } from '#cluster/subjects.ts'
import {
  bringAlong,
  changePassword,
  updateMaster,
} from '#failures/bgp-password-secret-unreadable/left-behind.ts'
import type { ObjectRef, ResourceType } from '#lab/api/ports.ts'
import { resources } from '#lab/api/ports.ts'
import { setBgpConfiguration } from '#lab/calico-acts.ts'
import type { Fault, LabControl } from '#lab/fault.ts'
import { calicoNamespace, restartCalicoNode } from '#lab/owner-acts.ts'

const secret = 'bgp-secrets'
const name = 'bgp-password-reader'
const rbac = (resource: string): ResourceType => ({
  group: 'rbac.authorization.k8s.io',
  version: 'v1',
  resource,
})

/**
 * The mesh has a password, and calico-node loses the right to read it. Who runs remembers it; a calico-node that starts renders its
 * sessions without, and its peers' kernels drop what is not signed.
 */
export const fault: Fault = {
  flavours: ['plain', 'hardened', 'operator'],
  only: { 'left-behind': ['iks-classic'] },
  variants: {
    'role-deleted': 'the Role that lets calico-node read the secret is deleted',
    'role-of-other-secret': 'the Role is narrowed to a secret of another name',
    'left-behind':
      'the mesh’s password is the customer’s (no created-by annotation), and the update to 1.29 leaves the secret in kube-system',
  },
  change: async (lab, { variant }) => {
    if (variant === 'left-behind') return changePassword(lab)
    await protect(lab)
    const role = await roleOf(lab)
    if (variant === 'role-deleted') await lab.kube.delete(role)
    else await lab.kube.patch(role, { type: 'merge', body: { rules: rulesFor('bgp-password') } })
  },
  trigger: (lab, { node, variant }) =>
    variant === 'left-behind' ? updateMaster(lab) : restartCalicoNode(lab, node),
  settleMs: (variant) => (variant === 'left-behind' ? 60 : 8) * 60_000,
  undo: async (lab, { variant }) => {
    if (variant === 'left-behind') return bringAlong(lab, rbac)
    if (variant === 'role-deleted') return createRole(lab)
    await lab.kube.patch(await roleOf(lab), { type: 'merge', body: { rules: rulesFor(secret) } })
  },
  subjects: () => [clusterSubject],
}

const roleOf = async (lab: LabControl): Promise<ObjectRef> => ({
  type: rbac('roles'),
  namespace: await calicoNamespace(lab),
  name,
})

const rulesFor = (resourceName: string) => [
  { apiGroups: [''], resources: ['secrets'], resourceNames: [resourceName], verbs: ['watch', 'list', 'get'] },
]

const createRole = async (lab: LabControl): Promise<void> =>
  lab.kube.create(rbac('roles'), {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'Role',
    metadata: { name, namespace: await calicoNamespace(lab) },
    ...{ rules: rulesFor(secret) },
  })

/** What the owner does beforehand: a secret, the right to read it, and the mesh's password; then the sessions come back. */
async function protect(lab: LabControl): Promise<void> {
  const namespace = await calicoNamespace(lab)
  await lab.kube.create(resources.secrets, {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: secret, namespace },
    ...{ type: 'Opaque', data: { password: Buffer.from('mesh-2026').toString('base64') } },
  })
  await createRole(lab)
  await lab.kube.create(rbac('rolebindings'), {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'RoleBinding',
    metadata: { name, namespace },
    ...{
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name },
      subjects: [{ kind: 'ServiceAccount', name: 'calico-node', namespace }],
    },
  })
  await setBgpConfiguration(lab, {
    nodeToNodeMeshEnabled: true,
    nodeMeshPassword: { secretKeyRef: { name: secret, key: 'password' } },
  })
  await lab.advance(5 * 60_000)
}
