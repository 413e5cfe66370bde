/** Clusters made by kubeadm whose owner installed Calico by its manifest: the stock one, and a platform team's hardened one. */
import type { Draft, KubeObject } from '#lab/api/objects.ts'
import { calicoHostFiles, calicoImages, calicoManifests } from '#lab/calico/index.ts'
import type { CalicoFlavour } from '#lab/calico/version.ts'
import { coreDnsImages, coreDnsManifests } from '#lab/coredns/index.ts'
import { applied } from '#lab/flavours/applied.ts'
import type { FlavourDefinition } from '#lab/flavours/flavour.ts'
import { baseOs } from '#lab/host/os.ts'
import type { Tree } from '#lab/host/ports.ts'
import { konnectivityImages, konnectivityManifests } from '#lab/konnectivity/index.ts'
import { kubeProxyImages, kubeProxyManifests } from '#lab/kube-proxy/index.ts'
import { kubeadmConfig } from '#lab/kubeadm-config.ts'
import { kubeadmRbac } from '#lab/kubeadm-rbac.ts'
import { kubernetesImages } from '#lab/kubelet/control-plane.ts'
import { kubernetesHostFiles } from '#lab/kubelet/host-files.ts'
import { networkManagers } from '#lab/network/managers.ts'
import { lookingTools, networkTools } from '#lab/network/tools.ts'
import { type ClusterPlan, kubeadmPlan, type NodePlan } from '#lab/plan.ts'
import type { Image } from '#lab/runtime/ports.ts'
import { workloadImages, workloadManifests } from '#lab/workload/index.ts'

const byManifest = (flavour: CalicoFlavour): FlavourDefinition => ({
  plan: kubeadmPlan,
  disk: (node, plan) => [...kubeadmDisk(node, plan), ...calicoHostFiles({ flavour }), ...nextOsUpdate],
  images: (plan) => [
    ...kubeadmImages(plan),
    ...(plan.egress === 'konnectivity' ? konnectivityImages() : []),
    ...calicoImages({ flavour, version: plan.calico }),
    ...workloadImages(),
  ],
  manifests: (plan) => [
    ...kubeadmAddons(plan),
    ...(plan.egress === 'konnectivity' ? agents(plan) : []).map(applied),
    ...calicoManifests({
      flavour,
      version: plan.calico,
      podCidr: plan.podCidr,
      encapsulation: plan.encapsulation,
      backend: plan.backend,
    }).map(applied),
    ...shop(plan).map(applied),
  ],
})

export const plain = byManifest('plain')
export const hardened = byManifest('hardened')

/** A machine with the operating system, container runtime and kubelet, joined to the cluster. */
export const kubeadmDisk = ({ name, controlPlane }: NodePlan, plan: ClusterPlan): Tree => [
  ...baseOs({ hostname: name, hosts: namedMachines(plan), nameserver: plan.registry.address }),
  ...networkTools(),
  ...lookingTools(),
  ...networkManagers,
  ...kubernetesHostFiles({
    node: name,
    controlPlane,
    version: plan.kubernetes,
    server: `${plan.apiServer.address}:${plan.apiServer.port}`,
    clusterDns: plan.dnsServiceIp,
    konnectivity: plan.egress === 'konnectivity',
  }),
]

/** Nobody keeps thousands of lines in /etc/hosts. */
const namedMachinesMax = 50

const namedMachines = ({ machines }: ClusterPlan): readonly NodePlan[] => machines.slice(0, namedMachinesMax)

/** The next OS update, not yet installed: a package whose default for Calico's runtime folder is not the platform team's. */
export const nextOsUpdate: Tree = [
  { path: '/var/lib/os-update/package', kind: 'file', text: 'calico-host 3.29.3-2\n' },
  {
    path: '/var/lib/os-update/files/etc/tmpfiles.d/calico.conf',
    kind: 'file',
    text: 'd /run/calico 0600 10001 0\n',
  },
]

export const kubeadmImages = ({ kubernetes }: ClusterPlan): readonly Image[] => [
  ...kubernetesImages(kubernetes),
  ...kubeProxyImages(kubernetes),
  ...coreDnsImages(),
]

/** kubeadm writes its own objects without the annotation that `kubectl apply` leaves. */
export const kubeadmAddons = (plan: ClusterPlan): readonly Draft<KubeObject>[] => [
  ...kubeadmConfig(plan),
  ...kubeadmRbac(),
  ...kubeProxyManifests({
    server: `https://${plan.apiServer.address}:${plan.apiServer.port}`,
    clusterCidr: plan.podCidr,
    version: plan.kubernetes,
  }),
  ...coreDnsManifests({ clusterIp: plan.dnsServiceIp }),
]

/** On the workers; the control plane, on which the server runs, has no need of one. */
const agents = ({ apiServer, machines }: ClusterPlan): readonly Draft<KubeObject>[] => {
  const control = machines.find(({ controlPlane }) => controlPlane)
  return konnectivityManifests({
    address: apiServer.address,
    ...(control === undefined ? {} : { except: control.name }),
  })
}

/** The application that runs on every cluster. */
export const shop = ({ machines }: ClusterPlan): readonly Draft<KubeObject>[] => {
  const [control, firstWorker] = machines
  if (control === undefined || firstWorker === undefined) throw new RangeError('a lab has at least two nodes')
  return workloadManifests({
    workers: machines.length - 1,
    dbNode: firstWorker.name,
    controlPlane: control.name,
  })
}
