/** The password that stayed in kube-system when the provider moved Calico to calico-system (IBM Cloud, 1.28 to 1.29). */
import { type ResourceType, resources } from '#lab/api/ports.ts'
import type { LabControl } from '#lab/fault.ts'

const name = 'calico-bgp-password'
const access = 'bgp-secret-access'
const configuration = { type: resources.bgpConfigurations, name: 'default' }
const [before, after] = ['kube-system', 'calico-system']

const base64 = (text: string): string => Buffer.from(text).toString('base64')

/** A customer sets a password of their own, and takes the provider's mark off; the sessions come back under it. */
export async function changePassword(lab: LabControl): Promise<void> {
  await lab.kube.patch(
    { type: resources.secrets, namespace: before, name },
    { type: 'merge', body: { data: { password: base64('ours-since-2024') } } },
  )
  await lab.kube.patch(configuration, {
    type: 'merge',
    body: { metadata: { annotations: { 'created-by': null } } },
  })
  await lab.advance(5 * 60_000)
}

/** The update that brings the operator. */
export async function updateMaster(lab: LabControl): Promise<void> {
  await lab.cloud(['ks', 'cluster', 'master', 'update', '--cluster', 'shop', '--version', '1.29', '-f'])
}

/** The seed runbook's repair: the secret is copied to where calico-node is now, with the right to read it. */
export async function bringAlong(lab: LabControl, rbac: (resource: string) => ResourceType): Promise<void> {
  await lab.kube.create(resources.secrets, {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name, namespace: after },
    ...{ type: 'Opaque', data: { password: base64('ours-since-2024') } },
  })
  await lab.kube.create(rbac('roles'), {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'Role',
    metadata: { name: access, namespace: after },
    ...{
      rules: [
        { apiGroups: [''], resources: ['secrets'], resourceNames: [name], verbs: ['watch', 'list', 'get'] },
      ],
    },
  })
  await lab.kube.create(rbac('rolebindings'), {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'RoleBinding',
    metadata: { name: access, namespace: after },
    ...{
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: access },
      subjects: [{ kind: 'ServiceAccount', name: 'calico-node', namespace: after }],
    },
  })
}
