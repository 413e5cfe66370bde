import { assert } from '#base/assert.ts'
import { clusterSubject } from '#cluster/subjects.ts'
import { type ResourceType, resources } from '#lab/api/ports.ts'
import { operatorInstallation, operatorManifests } from '#lab/calico/index.ts'
import { setCalicoEnv } from '#lab/calico-acts.ts'
import type { Fault, LabControl } from '#lab/fault.ts'

/**
 * calico-node has a setting that the operator does not take over; then the operator comes, by its manifests or by the provider's
 * update to 1.29, and refuses to begin.
 */
export const fault: Fault = {
  flavours: ['plain', 'iks-classic'],
  variants: { 'setting-refused': 'a variable of calico-node’s that the operator does not take over' },
  change: async (lab) => {
    await setCalicoEnv(lab, { CALICO_ROUTER_ID: 'hash' })
    await lab.advance(5 * 60_000) // the DaemonSet has rolled
  },
  trigger: async (lab) => ((await isManaged(lab)) ? updateMaster(lab) : installOperator(lab)),
  settleMs: () => 40 * 60_000, // what an update takes until the provider's own add-ons are applied
  undo: (lab) => setCalicoEnv(lab, { CALICO_ROUTER_ID: null }),
  subjects: () => [clusterSubject],
}

const isManaged = async (lab: LabControl): Promise<boolean> =>
  (await lab.kube.list({ type: resources.nodes })).some(
    ({ metadata }) => metadata.labels?.['ibm-cloud.kubernetes.io/worker-id'] !== undefined,
  )

async function updateMaster(lab: LabControl): Promise<void> {
  await lab.cloud(['ks', 'cluster', 'master', 'update', '--cluster', 'shop', '--version', '1.29', '-f'])
}

const types: Readonly<Record<string, ResourceType>> = {
  Namespace: resources.namespaces,
  CustomResourceDefinition: {
    group: 'apiextensions.k8s.io',
    version: 'v1',
    resource: 'customresourcedefinitions',
  },
  ServiceAccount: resources.serviceAccounts,
  ClusterRole: { group: 'rbac.authorization.k8s.io', version: 'v1', resource: 'clusterroles' },
  ClusterRoleBinding: { group: 'rbac.authorization.k8s.io', version: 'v1', resource: 'clusterrolebindings' },
  Deployment: resources.deployments,
  Installation: { group: 'operator.tigera.io', version: 'v1', resource: 'installations' },
}

/** `kubectl create -f tigera-operator.yaml -f custom-resources.yaml` */
async function installOperator(lab: LabControl): Promise<void> {
  for (const object of [...operatorManifests(), operatorInstallation('10.244.0.0/16')]) {
    const type = types[object.kind]
    assert(type !== undefined, `the operator's manifests hold no ${object.kind}`)
    await lab.kube.create(type, object)
  }
}
