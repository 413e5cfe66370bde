import type { ContainerDef, Draft, KubeObject } from '#lab/api/objects.ts'
import {
  appliedDefinitions,
  calicoHostFiles,
  calicoImages,
  calicoManifests,
  operatorInstallation,
  operatorManifests,
} from '#lab/calico/index.ts'
import type { InstallationSpec } from '#lab/calico/operator/installation.ts'
import { forProvider, namespaceObject } from '#lab/calico/operator/render.ts'
import { calicoSystem } from '#lab/calico/operator/rendering.ts'
import { coreDnsImages, coreDnsManifests } from '#lab/coredns/index.ts'
import { applied } from '#lab/flavours/applied.ts'
import type { FlavourDefinition } from '#lab/flavours/flavour.ts'
import { bgpPassword } from '#lab/ibm/bgp-password.ts'
import {
  calicoExtension,
  calicoExtensionContainer,
  calicoExtensionImages,
  calicoExtensionRbac,
} from '#lab/ibm/calico-extension.ts'
import { classic, classicPlan, masterMachine } from '#lab/ibm/classic-plan.ts'
import { IbmCloud } from '#lab/ibm/cloud.ts'
import { isByOperator } from '#lab/ibm/era.ts'
import { gatewayDisk, gatewayMachine } from '#lab/ibm/gateway-appliance.ts'
import { haproxy } from '#lab/ibm/haproxy.ts'
import type { Endpoints, Infrastructure } from '#lab/ibm/infrastructure.ts'
import { masterDisk } from '#lab/ibm/master.ts'
import { masterProxyImages } from '#lab/ibm/master-proxy.ts'
import { migrationRbac } from '#lab/ibm/migration-rbac.ts'
import { mirroredImages, mirroredManifests, providerRegistry, publishedImages } from '#lab/ibm/mirror.ts'
import { defaultPolicies } from '#lab/ibm/policies.ts'
import { kubernetes } from '#lab/ibm/product.ts'
import { vpc, vpcMasterMachine, vpcPlan } from '#lab/ibm/vpc-plan.ts'
import { workerDisk } from '#lab/ibm/worker-disk.ts'
import { konnectivityImages, konnectivityManifests } from '#lab/konnectivity/index.ts'
import { kubeProxyImages, kubeProxyManifests } from '#lab/kube-proxy/index.ts'
import { ownersBinding } from '#lab/kubeadm-rbac.ts'
import type { ClusterPlan, MachinePlan } from '#lab/plan.ts'
import { workloadImages, workloadManifests } from '#lab/workload/index.ts'

/**
 * IBM Cloud Kubernetes Service. Up to 1.28 Calico comes by manifest in kube-system, with an init container that makes HostEndpoints;
 * from 1.29 on by the Tigera operator in calico-system.
 *
 * Not imitated: the provider's own users and their groups (the owner's certificate is the one that every lab has);
 * ibm-keepalived-watcher and load balancers, storage drivers, node-local DNS, Typha's three replicas up to 1.28;
 * kube-proxy runs as a DaemonSet rather than as a unit.
 */
const iks = (
  infrastructure: Infrastructure,
  o: Pick<FlavourDefinition, 'plan'> & {
    readonly master: MachinePlan
    readonly others?: ReturnType<NonNullable<FlavourDefinition['others']>>
  },
): FlavourDefinition => ({
  plan: o.plan,
  disk: (node, plan) => [...workerDisk(node, plan, infrastructure), ...calicoHostFiles({ flavour: 'plain' })],
  others: (plan) => [{ machine: o.master, tree: masterDisk(plan) }, ...(o.others ?? [])],
  programs: { haproxy, 'calico-extension': calicoExtension },
  cloud: (plan) =>
    new IbmCloud({
      plan,
      infrastructure,
      product: kubernetes,
      version: released(plan),
      managed: (master) => [
        ...appliedDefinitions(plan.calico, { byOperator: isByOperator(master.version) }),
        ...ofTheProvider(plan, { infrastructure, master }),
      ],
    }),
  images: (plan) => [
    ...kubeProxyImages(released(plan)),
    ...coreDnsImages(),
    ...konnectivityImages(),
    ...mirroredImages(calicoImages({ flavour: 'plain', version: plan.calico })),
    ...calicoExtensionImages(),
    ...masterProxyImages(),
    ...workloadImages(),
  ],
  published: (plan) => publishedImages(calicoImages({ flavour: 'plain', version: plan.calico })),
  manifests: (plan) => [
    ownersBinding(),
    ...ofTheProvider(plan, {
      infrastructure,
      master: { version: released(plan), hasPrivateMaster: false },
    }),
    ...shop(plan).map(applied),
  ],
})

export const iksClassic = iks(classic, {
  plan: classicPlan,
  master: masterMachine,
  others: [{ machine: gatewayMachine, tree: gatewayDisk() }],
})
export const iksVpc = iks(vpc, { plan: vpcPlan, master: vpcMasterMachine })

/** Without the provider's suffix. */
export const released = ({ kubernetes }: ClusterPlan): string => kubernetes.split('+')[0] ?? kubernetes

/** What a refresh of the master brings back. kube-proxy is of the workers' version. */
const ofTheProvider = (
  plan: ClusterPlan,
  {
    infrastructure,
    master,
  }: {
    readonly infrastructure: Infrastructure
    readonly master: { readonly version: string } & Endpoints
  },
): readonly Draft<KubeObject>[] => [
  ...kubeProxyManifests({
    server: `https://${plan.apiServer.address}:${plan.apiServer.port}`,
    clusterCidr: plan.podCidr,
    version: released(plan),
  }),
  ...coreDnsManifests({ clusterIp: plan.dnsServiceIp }),
  ...konnectivityManifests({ address: infrastructure.konnectivityServer(master) }),
  ...(isByOperator(master.version) ? byOperator(plan) : byManifest(plan)),
  ...(isByOperator(master.version) && !isByOperator(released(plan)) ? migrationRbac(plan.calico) : []),
  ...defaultPolicies(plan.podCidr),
]

const interfaces = '(^bond0$|^eth0$|^ens6$|^ens3$)'
/** ibm-cloud-docs/containers:performance.md; where packets are wrapped into VXLAN, as on Satellite, it is less. */
const mtuBytes = 1480
const satelliteMtuBytes = 1450

const byManifest = (plan: ClusterPlan): readonly Draft<KubeObject>[] => [
  ...mirroredManifests(
    calicoManifests({
      flavour: 'plain',
      version: plan.calico,
      podCidr: plan.podCidr,
      encapsulation: plan.encapsulation,
      mtuBytes: plan.encapsulation.startsWith('vxlan') ? satelliteMtuBytes : mtuBytes,
      env: [{ name: 'IP_AUTODETECTION_METHOD', value: `interface=${interfaces}` }],
      initContainers: [calicoExtensionContainer as ContainerDef],
    }),
  ),
  ...calicoExtensionRbac(),
  ...bgpPassword('kube-system'),
]

/** With the Installation that the provider's documents show. */
export const byOperator = (
  plan: ClusterPlan,
  more: Pick<InstallationSpec, 'kubernetesProvider'> = {},
): readonly Draft<KubeObject>[] => [
  ...mirroredManifests(operatorManifests(plan.calico)).map((object) =>
    object.kind === 'Namespace' ? forProvider(more.kubernetesProvider, object) : object,
  ),
  namespaceObject(more),
  ...bgpPassword(calicoSystem),
  operatorInstallation(plan.podCidr, {
    registry: providerRegistry,
    variant: 'Calico',
    ...more,
    calicoNetwork: {
      hostPorts: 'Enabled',
      mtu: mtuBytes,
      nodeAddressAutodetectionV4: { interface: interfaces },
      ipPools: [
        {
          name: 'default-ipv4-ippool',
          blockSize: 26,
          cidr: plan.podCidr,
          encapsulation: 'IPIPCrossSubnet',
          natOutgoing: 'Enabled',
          nodeSelector: 'all()',
        },
      ],
    },
  }),
]

export const shop = ({ machines }: ClusterPlan): readonly Draft<KubeObject>[] => {
  const [first] = machines
  if (first === undefined) throw new RangeError('a cluster has at least one worker')
  return workloadManifests({ workers: machines.length, dbNode: first.name, controlPlane: 'none' })
}
