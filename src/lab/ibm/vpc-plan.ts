import { usualEncapsulation } from '#lab/flavours/names.ts'
import { apiProxy, masterPort, servicesRange } from '#lab/ibm/account.ts'
import { endpointInterfaces, endpointMachine } from '#lab/ibm/endpoint-gateway.ts'
import {
  firstWorkers,
  type Infrastructure,
  type MasterAddress,
  type Worker,
} from '#lab/ibm/infrastructure.ts'
import { masterMachineAt } from '#lab/ibm/master.ts'
import { kubernetes, openShift } from '#lab/ibm/product.ts'
import { firstGatewayRules, internetLink } from '#lab/ibm/public-gateways.ts'
import {
  balancers,
  balancersGroup,
  endpointGroup,
  endpointRules,
  workersGroup,
  workersRules,
} from '#lab/ibm/vpc-groups.ts'
import { vpcServices as services, type VpcZone, vpcPodCidr, vpcZones } from '#lab/ibm/vpc-zones.ts'
import { addressAt } from '#lab/network/address.ts'
import type { FabricPlan, RouterPlan } from '#lab/network/fabric-plan.ts'
import { openShiftOf } from '#lab/openshift-releases.ts'
import {
  type ClusterPlan,
  dnsServiceOf,
  type NodePlan,
  type PlanOptions,
  type PublicRegistriesPlan,
} from '#lab/plan.ts'

export const vpcRouter = 'vpc-router'

/**
 * A cluster in a VPC: a subnet in each of three zones, joined by the VPC's router, guarded by a security group; the master behind an
 * endpoint gateway, which has a reserved address in every subnet. Workers have no public interface; each subnet is attached to a
 * public gateway, and whether workers may use it is their security group's say.
 *
 * Not imitated: endpoint gateways of other services, load balancers, names of the endpoint in private DNS (workers know its
 * addresses), the metadata service; of the internet there is nothing but registries and the master.
 */
export const vpcPlan = (o: PlanOptions): ClusterPlan =>
  planOf(o, { build: 'IKS', isSecureByDefault: kubernetes.isSecureByDefault(o.kubernetes) })

/** The same of OpenShift: Red Hat's build of Kubernetes, CRI-O. */
export function openShiftPlan(o: PlanOptions): ClusterPlan {
  const release = openShiftOf(o.kubernetes)
  return planOf(o, {
    build: release.build,
    crio: release.crio,
    isSecureByDefault: openShift(release).isSecureByDefault(release.version),
  })
}

interface VpcPlanOptions {
  readonly build: string | undefined
  /** CRI-O's version. Default: containerd. */
  readonly crio?: string
  readonly isSecureByDefault: boolean
}

const planOf = (o: PlanOptions, { build, crio, isSecureByDefault }: VpcPlanOptions): ClusterPlan => ({
  ...o,
  kubernetes: build === undefined ? o.kubernetes : `${o.kubernetes}+${build}`,
  ...(crio !== undefined && { runtime: 'cri-o', runtimeVersion: crio }),
  backend: 'bird', // the provider's choice
  encapsulation: o.encapsulation ?? usualEncapsulation[o.flavour],
  egress: 'konnectivity',
  customers: o.customers ?? false,
  machines: firstWorkers(vpc, o.nodes).map(vpc.nodeOf),
  fabric: fabricOf(isSecureByDefault),
  registry: { segment: 'iaas', address: services.iaas.registry, prefixLength: 24 },
  publicRegistries,
  outside: {
    segment: 'iaas',
    address: services.iaas.customers,
    prefixLength: 24,
    groups: [balancersGroup],
  },
  podCidr: vpcPodCidr,
  serviceCidr: servicesRange,
  dnsServiceIp: dnsServiceOf(servicesRange),
  apiServer: apiProxy,
})

/** As a VPC's resolvers answer: the provider's own registry is in its private network, all others are on the internet. */
const publicRegistries: PublicRegistriesPlan = {
  at: {
    segment: 'internet',
    address: services.internet.registry,
    prefixLength: 24,
    link: 'eth1',
    defaultRoute: false,
    routes: [services.internet.floatingIps],
  },
  privateDomains: ['icr.io'],
}

export const vpcMasterMachine = masterMachineAt({
  privately: services.cse.master,
  publicly: services.internet.master,
  routes: [services.internet.floatingIps],
})

const zoneOf = (name: string): VpcZone => vpcZones.find((each) => each.name === name) as VpcZone // there are no others

/**
 * The endpoint's addresses, that of the worker's own zone first, and the master's public address, for when none of them works. It is
 * there in every cluster, whatever its security group lets out.
 *
 * @see ibm-cloud-docs/containers:sbd-allow-outbound.md ("falling back to the public network is not an option because public outbound
 *   traffic from the cluster workers is blocked"; a rule that lets it out is enough to have the way back)
 */
const masters = (name: string): readonly MasterAddress[] =>
  [
    ...[zoneOf(name), ...vpcZones.filter((each) => each.name !== name)].map(({ endpoint }) => endpoint),
    services.internet.master,
  ].map((address, place) => ({ address, port: masterPort, isBackup: place > 0 }))

const nodeOf = ({ id, privateIp, zone: name }: Worker): NodePlan => ({
  name: privateIp,
  address: privateIp,
  interfaces: [
    {
      segment: `subnet-${name}`,
      address: privateIp,
      prefixLength: 24,
      link: 'ens3',
      groups: [workersGroup],
      allowedSources: [vpcPodCidr],
    },
  ],
  controlPlane: false,
  workerId: id,
  zone: name,
})

export const vpc: Infrastructure = {
  provider: 'vpc-gen2',
  zones: vpcZones.map(({ name }) => name),
  machineType: 'bx2.4x16',
  location: 'Dallas',
  nameserver: services.iaas.registry,
  konnectivityServer: () => (vpcZones[0] as VpcZone).endpoint,
  masters: (worker) => masters(worker.zone),
  addresses: (name, host) => ({ privateIp: addressAt(zoneOf(name).subnet, host) }),
  nodeOf,
  labels: ({ id, zone: name }) => ({
    'ibm-cloud.kubernetes.io/iaas-provider': 'g2',
    'ibm-cloud.kubernetes.io/instance-id': `0717_${id.slice(-8)}-5c1f-4b0c-8d5e-6a1b2c3d4e5f`,
    'ibm-cloud.kubernetes.io/subnet-id': zoneOf(name).subnetId,
  }),
}

const router: RouterPlan = {
  name: vpcRouter,
  interfaces: [
    ...vpcZones.map(({ name, gateway }) => ({ segment: `subnet-${name}`, address: gateway })),
    { segment: 'iaas', address: services.iaas.gateway, link: 'iaas0' },
    { segment: 'cse', address: services.cse.gateway, link: 'cse0' },
    { segment: 'internet', address: services.internet.gateway, link: internetLink },
  ],
  ...firstGatewayRules,
  chains: {
    ...firstGatewayRules.chains,
    // A choice of the lab: a virtual network says nothing to its machines of addresses that nobody has.
    OUTPUT: vpcZones.map(({ subnet }) => ({
      match: { protocol: 'icmp', icmp: { type: 3, code: 1 }, destination: subnet } as const,
      target: { kind: 'drop' } as const,
    })),
  },
}

/** Where the customer's VPN to an office ends: of the VPC's own networks it knows the one that it is on. */
const officeVpn: RouterPlan = {
  name: 'office-vpn',
  interfaces: [{ segment: 'subnet-us-south-3', address: '10.240.128.253' }],
}

/** Who asks one of its reserved addresses reaches the master, and is seen there under the gateway's own address. */
const endpointOf = (isSecureByDefault: boolean): RouterPlan => ({
  name: endpointMachine,
  interfaces: [
    ...endpointInterfaces(endpointGroup({ isSecureByDefault })),
    { segment: 'cse', address: services.cse.endpoint, link: 'cse0' },
  ],
  nat: {
    PREROUTING: vpcZones.map(({ endpoint: address }) => ({
      match: { destination: `${address}/32` },
      target: { kind: 'dnat', to: services.cse.master } as const,
    })),
    POSTROUTING: [{ match: { out: 'cse0' }, target: { kind: 'masquerade' } }],
  },
})

const fabricOf = (isSecureByDefault: boolean): FabricPlan => ({
  segments: [
    ...vpcZones.map(({ name, subnet, gateway }) => ({
      name: `subnet-${name}`,
      subnet,
      gateway,
      antiSpoofing: true,
    })),
    { name: 'iaas', subnet: services.iaas.subnet, gateway: services.iaas.gateway },
    { name: 'cse', subnet: services.cse.subnet, gateway: services.cse.gateway },
    { name: 'internet', subnet: services.internet.subnet, gateway: services.internet.gateway },
  ],
  routers: [router, endpointOf(isSecureByDefault), officeVpn],
  groups: [
    workersRules({ outboundProtected: isSecureByDefault }),
    balancers,
    endpointRules({ isSecureByDefault }),
  ],
})
