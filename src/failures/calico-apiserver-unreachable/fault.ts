import { assert } from '#base/assert.ts'
import { clusterSubject } from '#cluster/subjects.ts'
import type { KubeObject } from '#lab/api/objects.ts'
import { type ResourceType, resources } from '#lab/api/ports.ts'
import { calicoApiServerManifests } from '#lab/calico/apiserver/index.ts'
import type { Fault, LabControl } from '#lab/fault.ts'
import { timeOf } from '#lab/owner-acts.ts'

/** The cluster's owner has installed Calico's API server on a worker; then nobody answers for it any more. */
export const fault: Fault = {
  flavours: ['plain', 'hardened'],
  // The network sees no port in packets that are wrapped.
  lab: { encapsulation: 'none' },
  variants: {
    'no-endpoints': 'its Deployment is scaled to nothing',
    'port-blocked': 'the network between the nodes drops TCP 5443, where it listens',
  },
  change: async (lab, { node, variant }) => {
    await install(lab, node)
    await lab.advance(3 * minutes)
    if (variant === 'no-endpoints') await scale(lab, 0)
    else await lab.addUnderlayRule({ name: rule, protocol: 'tcp', port: 5443, action: 'drop' })
  },
  trigger: () => Promise.resolve(),
  settleMs: () => 3 * minutes,
  undo: async (lab, { variant }) =>
    variant === 'no-endpoints' ? scale(lab, 1) : lab.removeUnderlayRule(rule),
  subjects: () => [clusterSubject],
}

const minutes = 60_000
const rule = 'no TCP 5443'

const scale = (lab: LabControl, replicas: number): Promise<void> =>
  lab.kube.patch(
    { type: resources.deployments, namespace: 'calico-apiserver', name: 'calico-apiserver' },
    { type: 'merge', body: { spec: { replicas } } },
  )

interface ClusterInformation extends KubeObject {
  readonly spec: { readonly calicoVersion?: string }
}

async function install(lab: LabControl, node: string): Promise<void> {
  const { spec } = await lab.kube.get<ClusterInformation>({
    type: resources.clusterInformations,
    name: 'default',
  })
  const version = (spec.calicoVersion ?? '').replace('v', '')
  for (const object of calicoApiServerManifests({ version, nowMs: await timeOf(lab), node })) {
    const type = types[object.kind]
    assert(type !== undefined, `the manifest holds no ${object.kind}`)
    await lab.kube.create(type, object)
  }
}

const rbac = (resource: string): ResourceType => ({
  group: 'rbac.authorization.k8s.io',
  version: 'v1',
  resource,
})

const types: Readonly<Record<string, ResourceType>> = {
  Namespace: resources.namespaces,
  ServiceAccount: resources.serviceAccounts,
  ClusterRole: rbac('clusterroles'),
  ClusterRoleBinding: rbac('clusterrolebindings'),
  Role: rbac('roles'),
  RoleBinding: rbac('rolebindings'),
  Secret: resources.secrets,
  Service: resources.services,
  Deployment: resources.deployments,
  APIService: resources.apiServices,
}
