/** Typha in a cluster by manifest: what its owner applies, and the setting by which calico-node finds it. */
import { assert } from '#base/assert.ts'
import type { DaemonSet } from '#lab/api/objects.ts'
import { type ResourceType, resources } from '#lab/api/ports.ts'
import { typhaManifests } from '#lab/calico/manifests/typha.ts'
import { setCalicoEnv } from '#lab/calico-acts.ts'
import type { LabControl } from '#lab/fault.ts'
import { calicoDaemonSet } from '#lab/owner-acts.ts'

/** Two Typhas of calico-node's own release, and a calico-node that reads the cluster through them everywhere. */
export async function installTypha(lab: LabControl): Promise<void> {
  const { spec } = (await calicoDaemonSet(lab)) as DaemonSet // what the helper looks for
  const cni = spec.template.spec.initContainers?.find(({ name }) => name === 'install-cni')?.image
  assert(cni !== undefined, 'calico-node’s pod installs the CNI plugin')
  for (const object of typhaManifests({ image: cni.replace('/cni:', '/typha:'), replicas: 2 })) {
    const type = types[object.kind]
    assert(type !== undefined, `the manifest holds no ${object.kind}`)
    await lab.kube.create(type, object)
  }
  await lab.advance(60_000)
  await setCalicoEnv(lab, { FELIX_TYPHAK8SSERVICENAME: 'calico-typha' })
  await lab.advance(5 * 60_000) // the DaemonSet has rolled
}

const types: Readonly<Record<string, ResourceType>> = {
  Service: resources.services,
  PodDisruptionBudget: resources.podDisruptionBudgets,
  Deployment: resources.deployments,
}
