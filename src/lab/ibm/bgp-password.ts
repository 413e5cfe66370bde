import type { Draft, KubeObject } from '#lab/api/objects.ts'
import { isKubeError, resources } from '#lab/api/ports.ts'
import { draft } from '#lab/calico/manifests/draft.ts'
import { cluster } from '#lab/ibm/account.ts'
import type { OwnerKube } from '#lab/owner-kube.ts'

const secret = 'calico-bgp-password'
const access = 'calico-node-secret-access'
const rbac = 'rbac.authorization.k8s.io'
const mark = { 'created-by': 'IBMCloudKubernetesService' }
const configuration = { type: resources.bgpConfigurations, name: 'default' }

/**
 * The password that the provider gives the mesh: a secret where calico-node runs, the right to read it, and the BGPConfiguration
 * that names it. Its mark is the annotation: without it the password is the customer's, and the provider lets all of this be.
 *
 * Not imitated: that every cluster's password is its own; the key's name is the lab's.
 */
export const bgpPassword = (namespace: string): readonly Draft<KubeObject>[] => [
  draft(
    'v1',
    'Secret',
    { name: secret, namespace },
    { type: 'Opaque', data: { password: Buffer.from(`mesh of ${cluster.id}`).toString('base64') } },
  ),
  draft(
    `${rbac}/v1`,
    'Role',
    { name: access, namespace },
    {
      rules: [
        {
          apiGroups: [''],
          resources: ['secrets'],
          resourceNames: [secret],
          verbs: ['watch', 'list', 'get'],
        },
      ],
    },
  ),
  draft(
    `${rbac}/v1`,
    'RoleBinding',
    { name: access, namespace },
    {
      roleRef: { apiGroup: rbac, kind: 'Role', name: access },
      subjects: [{ kind: 'ServiceAccount', name: 'calico-node', namespace }],
    },
  ),
  draft(
    'crd.projectcalico.org/v1',
    'BGPConfiguration',
    { name: configuration.name, annotations: mark },
    {
      spec: {
        nodeToNodeMeshEnabled: true,
        nodeMeshPassword: { secretKeyRef: { name: secret, key: 'password' } },
      },
    },
  ),
]

/** Whether an object is one of {@link bgpPassword}. */
export const isOfBgpPassword = ({ kind, metadata: { name } }: Draft<KubeObject>): boolean =>
  name === secret || name === access || (kind === 'BGPConfiguration' && name === configuration.name)

/** Whether the mesh's password is still the provider's. Rejects as the API does. */
export async function isProvidersPassword(kube: OwnerKube): Promise<boolean> {
  try {
    const { metadata } = await kube.get(configuration)
    return Object.entries(mark).every(([name, value]) => metadata.annotations?.[name] === value)
  } catch (error) {
    if (isKubeError(error, 'NotFound')) return true
    throw error
  }
}
