import type { ContainerDef, Draft, KubeObject } from '#lab/api/objects.ts'
import { calicoHostFiles, calicoImages, calicoManifests } from '#lab/calico/index.ts'
import { coreDnsImages, coreDnsManifests } from '#lab/coredns/index.ts'
import { applied } from '#lab/flavours/applied.ts'
import type { FlavourDefinition } from '#lab/flavours/flavour.ts'
import {
  calicoExtension,
  calicoExtensionContainer,
  calicoExtensionImages,
  calicoExtensionRbac,
} from '#lab/ibm/calico-extension.ts'
import { classic, classicPlan, masterMachine } from '#lab/ibm/classic-plan.ts'
import { IbmCloud } from '#lab/ibm/cloud.ts'
import { haproxy } from '#lab/ibm/haproxy.ts'
import { masterDisk } from '#lab/ibm/master.ts'
import { masterProxyImages } from '#lab/ibm/master-proxy.ts'
import { mirroredImages, mirroredManifests } from '#lab/ibm/mirror.ts'
import { defaultPolicies } from '#lab/ibm/policies.ts'
import { workerDisk } from '#lab/ibm/worker-disk.ts'
import { kubeProxyImages, kubeProxyManifests } from '#lab/kube-proxy/index.ts'
import type { ClusterPlan } from '#lab/plan.ts'
import { workloadImages, workloadManifests } from '#lab/workload/index.ts'

/**
 * IBM Cloud Kubernetes Service on classic infrastructure, in the era in which Calico comes by manifest in kube-system (up to 1.28).
 *
 * Not imitated: ibm-keepalived-watcher and load balancers, storage drivers, node-local DNS, Typha's three replicas; kube-proxy runs
 * as a DaemonSet rather than as a unit.
 */
export const iksClassic: FlavourDefinition = {
  plan: classicPlan,
  disk: (node, plan) => [...workerDisk(node, plan), ...calicoHostFiles({ flavour: 'plain' })],
  others: (plan) => [{ machine: masterMachine, tree: masterDisk(plan) }],
  programs: { haproxy, 'calico-extension': calicoExtension },
  cloud: (plan) =>
    new IbmCloud({ plan, infrastructure: classic, version: released(plan), managed: ofTheProvider(plan) }),
  images: (plan) => [
    ...kubeProxyImages(released(plan)),
    ...coreDnsImages(),
    ...mirroredImages(calicoImages({ flavour: 'plain', version: plan.calico })),
    ...calicoExtensionImages(),
    ...masterProxyImages(),
    ...workloadImages(),
  ],
  manifests: (plan) => [...ofTheProvider(plan), ...shop(plan).map(applied)],
}

/** Without the provider's suffix. */
const released = ({ kubernetes }: ClusterPlan): string => kubernetes.replace('+IKS', '')

/** What a refresh of the master brings back. */
const ofTheProvider = (plan: ClusterPlan): readonly Draft<KubeObject>[] => [
  ...kubeProxyManifests({
    server: `https://${plan.apiServer.address}:${plan.apiServer.port}`,
    clusterCidr: plan.podCidr,
    version: released(plan),
  }),
  ...coreDnsManifests({ clusterIp: plan.dnsServiceIp }),
  ...mirroredManifests(
    calicoManifests({
      flavour: 'plain',
      version: plan.calico,
      podCidr: plan.podCidr,
      encapsulation: plan.encapsulation,
      env: [
        { name: 'IP_AUTODETECTION_METHOD', value: 'interface=(^bond0$|^eth0$|^ens6$|^ens3$)' },
        { name: 'FELIX_IPINIPMTU', value: '1480' },
      ],
      initContainers: [calicoExtensionContainer as ContainerDef],
    }),
  ),
  ...calicoExtensionRbac(),
  ...defaultPolicies(plan.podCidr),
]

const shop = ({ machines }: ClusterPlan): readonly Draft<KubeObject>[] => {
  const [first] = machines
  if (first === undefined) throw new RangeError('a cluster has at least one worker')
  return workloadManifests({ workers: machines.length, dbNode: first.name, controlPlane: 'none' })
}
