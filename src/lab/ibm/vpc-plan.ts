import { usualEncapsulation } from '#lab/flavours/names.ts'
import { apiProxy, cluster, masterPort } from '#lab/ibm/account.ts'
import { firstWorkers, hostOf, type Infrastructure, type Worker } from '#lab/ibm/infrastructure.ts'
import type { FabricPlan, GroupPlan, RouterPlan } from '#lab/network/fabric-plan.ts'
import type { ClusterPlan, MachinePlan, NodePlan, PlanOptions } from '#lab/plan.ts'
import { shopNodePort } from '#lab/workload/customers.ts'

export interface VpcZone {
  readonly name: string
  readonly subnetId: string
  readonly subnet: string
  readonly gateway: string
  /** The reserved address of the cluster's endpoint gateway in this subnet. */
  readonly endpoint: string
}

const zone = (number: 1 | 2 | 3, third: number): VpcZone => ({
  name: `us-south-${number}`,
  subnetId: `0${716 + number}-5c1f7d2a-9e34-4b0c-8d5e-6a1b2c3d4e5${number}`,
  subnet: `10.240.${third}.0/24`,
  gateway: `10.240.${third}.1`,
  endpoint: `10.240.${third}.250`,
})

export const vpcZones: readonly VpcZone[] = [zone(1, 0), zone(2, 64), zone(3, 128)]

/** The VPC of the cluster, by which other commands name it, too. */
export const vpcId = 'r006-1d5c7f2a-9e34-4b0c-8d5e-6a1b2c3d4e50'
export const vpcName = 'shop-vpc'

export const vpcPodCidr = '172.17.0.0/18'

/** Beside the customer's subnets: the provider's services, where the masters are, and the internet. */
const services = {
  iaas: { subnet: '161.26.0.0/24', gateway: '161.26.0.1', registry: '161.26.0.7', customers: '161.26.0.21' },
  cse: { subnet: '166.9.48.0/24', gateway: '166.9.48.1', endpoint: '166.9.48.2', master: '166.9.48.12' },
} as const

export const vpcRouter = 'vpc-router'
export const endpointGateway = 'vpe-gateway'

/** The security group of the workers. */
export const workersGroup = `kube-${cluster.id}`

/** Of the load balancers. */
const balancersGroup = `kube-lbaas-${cluster.id}`

/**
 * A cluster in a VPC: a subnet in each of three zones, joined by the VPC's router, guarded by a security group; the master behind an
 * endpoint gateway, which has a reserved address in every subnet. Workers have no public interface.
 *
 * Not imitated: public gateway and internet, the endpoint gateway's own security group, load balancers, names of the endpoint in
 * private DNS (workers know its addresses), the metadata service.
 */
export const vpcPlan = (o: PlanOptions): ClusterPlan => planOf(o, { build: 'IKS' })

/** The same of OpenShift: Red Hat's build of Kubernetes, CRI-O. */
export const openShiftPlan = (o: PlanOptions): ClusterPlan =>
  planOf(o, { build: '03a907c', runtime: 'cri-o' })

const planOf = (
  o: PlanOptions,
  { build, runtime }: { readonly build: string; readonly runtime?: 'cri-o' },
): ClusterPlan => ({
  ...o,
  kubernetes: `${o.kubernetes}+${build}`,
  ...(runtime !== undefined && { runtime, runtimeVersion: `1.${o.kubernetes.split('.')[1]}.1` }),
  backend: 'bird', // the provider's choice
  encapsulation: o.encapsulation ?? usualEncapsulation[o.flavour],
  egress: 'konnectivity',
  customers: o.customers ?? false,
  machines: firstWorkers(vpc, o.nodes).map(vpc.nodeOf),
  fabric,
  registry: { segment: 'iaas', address: services.iaas.registry, prefixLength: 24 },
  outside: {
    segment: 'iaas',
    address: services.iaas.customers,
    prefixLength: 24,
    groups: [balancersGroup],
  },
  podCidr: vpcPodCidr,
  serviceCidr: '172.21.0.0/16',
  dnsServiceIp: '172.21.0.10',
  apiServer: apiProxy,
})

/** The machine on which the provider runs the master. */
export const vpcMasterMachine: MachinePlan = {
  name: 'master',
  interfaces: [{ segment: 'cse', address: services.cse.master, prefixLength: 24 }],
}

const zoneOf = (name: string): VpcZone => vpcZones.find((each) => each.name === name) as VpcZone // there are no others

/** The endpoint's addresses, that of the worker's own zone first. */
const masters = (name: string) =>
  [zoneOf(name), ...vpcZones.filter((each) => each.name !== name)].map(({ endpoint }) => ({
    address: endpoint,
    port: masterPort,
  }))

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
  konnectivityServer: (vpcZones[0] as VpcZone).endpoint,
  masters: (worker) => masters(worker.zone),
  addresses: (name, host) => ({ privateIp: hostOf(zoneOf(name).subnet, host) }),
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
  ],
}

/** Where the customer's VPN to an office ends: of the VPC's own networks it knows the one that it is on. */
const officeVpn: RouterPlan = {
  name: 'office-vpn',
  interfaces: [{ segment: 'subnet-us-south-3', address: '10.240.128.253' }],
}

/** Who asks one of its reserved addresses reaches the master, and is seen there under the gateway's own address. */
const endpoint: RouterPlan = {
  name: endpointGateway,
  interfaces: [
    ...vpcZones.map(({ name, endpoint: address }) => ({ segment: `subnet-${name}`, address })),
    { segment: 'cse', address: services.cse.endpoint, link: 'cse0' },
  ],
  nat: {
    PREROUTING: vpcZones.map(({ endpoint: address }) => ({
      match: { destination: `${address}/32` },
      target: { kind: 'dnat', to: services.cse.master } as const,
    })),
    POSTROUTING: [{ match: { out: 'cse0' }, target: { kind: 'masquerade' } }],
  },
}

/** What the provider puts into the workers' group, from 1.30 on: nothing goes out that is not listed. */
export const workersRules: GroupPlan = {
  name: workersGroup,
  inbound: [
    { remote: { cidr: vpcPodCidr } },
    { remote: { group: workersGroup } },
    { protocol: 'icmp', remote: { cidr: '0.0.0.0/0' } },
    { protocol: 'tcp', ports: shopNodePort, remote: { group: balancersGroup } },
  ],
  outbound: [
    { remote: { cidr: vpcPodCidr } },
    { remote: { group: workersGroup } },
    { remote: { cidr: '161.26.0.0/16' } },
    ...vpcZones.map((each) => ({ remote: { cidr: `${each.endpoint}/32` } })),
    { remote: { cidr: '166.8.0.0/14' } },
    { remote: { cidr: '169.254.169.254/32' } },
  ],
}

/** What is in front of the cluster reaches what it likes, and is asked by nobody. */
const balancers: GroupPlan = { name: balancersGroup, inbound: [], outbound: [{}] }

const fabric: FabricPlan = {
  segments: [
    ...vpcZones.map(({ name, subnet, gateway }) => ({
      name: `subnet-${name}`,
      subnet,
      gateway,
      antiSpoofing: true,
    })),
    { name: 'iaas', subnet: services.iaas.subnet, gateway: services.iaas.gateway },
    { name: 'cse', subnet: services.cse.subnet, gateway: services.cse.gateway },
  ],
  routers: [router, endpoint, officeVpn],
  groups: [workersRules, balancers],
}
