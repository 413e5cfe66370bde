import { usualEncapsulation } from '#lab/flavours/names.ts'
import {
  apiProxy,
  classicZones,
  masterPort,
  services,
  servicesRange,
  type Vlan,
  type Zone,
} from '#lab/ibm/account.ts'
import {
  type Endpoints,
  firstWorkers,
  type Infrastructure,
  type MasterAddress,
  type Worker,
} from '#lab/ibm/infrastructure.ts'
import { masterMachineAt } from '#lab/ibm/master.ts'
import { addressAt, cidr } from '#lab/network/address.ts'
import type { FabricPlan, RouterPlan, SegmentPlan } from '#lab/network/fabric-plan.ts'
import type { Chains } from '#lab/network/rule.ts'
import {
  type ClusterPlan,
  dnsServiceOf,
  type InterfacePlan,
  type NodePlan,
  type PlanOptions,
} from '#lab/plan.ts'

/**
 * A classic cluster: workers in three zones, each on a private and a public VLAN; the provider's backend router joins the private
 * VLANs with each other (as long as the account has VRF or VLAN spanning) and with its services, the frontend router the public ones
 * with the internet. The master is the provider's, reached through a proxy on every worker: by its public address, and by a private one
 * as well once the owner has a private service endpoint.
 *
 * Not imitated: several VLANs in a zone, portable subnets and load balancers, three API servers behind one address, a master's addresses
 * in three zones, that it can be reached privately alone.
 */
export function classicPlan(o: PlanOptions): ClusterPlan {
  return {
    ...o,
    kubernetes: `${o.kubernetes}+IKS`,
    backend: 'bird', // the provider's choice
    encapsulation: o.encapsulation ?? usualEncapsulation[o.flavour],
    egress: 'konnectivity',
    customers: o.customers ?? false,
    machines: firstWorkers(classic, o.nodes).map(classic.nodeOf),
    fabric,
    registry: { segment: 'iaas', address: services.iaas.registry, prefixLength: 24 },
    outside: { segment: 'iaas', address: services.iaas.customers, prefixLength: 24 },
    podCidr: '172.30.0.0/16',
    serviceCidr: servicesRange,
    dnsServiceIp: dnsServiceOf(servicesRange),
    apiServer: apiProxy,
  }
}

export const backendRouter = 'backend-router'

export const masterMachine = masterMachineAt({
  privately: services.cse.master,
  publicly: services.internet.master,
  routes: ['198.51.100.0/24'],
})

const publicMaster = { address: services.internet.master, port: masterPort, isBackup: false } as const

/**
 * With a private service endpoint that one first, and the public address only while it fails. So the provider's runbook on control plane
 * networks has it; its documents say that half of the traffic goes by each.
 */
const masters = ({ hasPrivateMaster }: Endpoints): readonly MasterAddress[] =>
  hasPrivateMaster
    ? [
        { ...publicMaster, address: services.cse.master },
        { ...publicMaster, isBackup: true },
      ]
    : [publicMaster]

const zoneOf = (name: string): Zone => classicZones.find((each) => each.name === name) as Zone // there are no others

/** Nodes bear their private address as their name. */
const nodeOf = ({ id, privateIp, publicIp, zone: name }: Worker): NodePlan => {
  const zone = zoneOf(name)
  return {
    name: privateIp,
    address: privateIp,
    interfaces: [
      onVlan(zone.private, privateIp, 'eth0'),
      ...(publicIp === undefined ? [] : [onVlan(zone.public, publicIp, 'eth1')]),
    ],
    controlPlane: false,
    workerId: id,
    zone: name,
  }
}

export const classic: Infrastructure = {
  provider: 'classic',
  zones: classicZones.map(({ name }) => name),
  machineType: 'b3c.4x16.encrypted',
  location: 'Dallas',
  nameserver: services.iaas.registry,
  konnectivityServer: ({ hasPrivateMaster }) =>
    hasPrivateMaster ? services.cse.master : services.internet.master,
  masters,
  addresses: (zone, host) => ({
    privateIp: addressAt(zoneOf(zone).private.subnet, host),
    publicIp: addressAt(zoneOf(zone).public.subnet, host),
  }),
  nodeOf,
  labels: ({ zone, publicIp }) => ({
    'ibm-cloud.kubernetes.io/iaas-provider': 'softlayer',
    ...(publicIp === undefined ? {} : { 'ibm-cloud.kubernetes.io/external-ip': publicIp }),
    privateVLAN: zoneOf(zone).private.id,
    ...(publicIp === undefined ? {} : { publicVLAN: zoneOf(zone).public.id }),
  }),
}

/** The default route leads to the internet; the provider's and the account's private ranges lead over the private VLAN. */
const onVlan = (vlan: Vlan, address: string, link: 'eth0' | 'eth1'): InterfacePlan => ({
  segment: segmentName(vlan),
  address,
  prefixLength: cidr(vlan.subnet).length,
  link,
  defaultRoute: link === 'eth1',
  ...(link === 'eth0' && { routes: ['10.0.0.0/8', '161.26.0.0/16', '166.8.0.0/14'] }),
})

export const segmentName = ({ id }: Vlan): string => `vlan-${id}`

const segmentOf = (vlan: Vlan): SegmentPlan => ({
  name: segmentName(vlan),
  subnet: vlan.subnet,
  gateway: vlan.gateway,
})

const privateVlans = classicZones.map((zone) => zone.private)
const publicVlans = classicZones.map((zone) => zone.public)

const routerOn = (name: string, vlans: readonly Vlan[], more: RouterPlan['interfaces']): RouterPlan => ({
  name,
  interfaces: [...vlans.map((vlan) => ({ segment: segmentName(vlan), address: vlan.gateway })), ...more],
})

const endpointLink = 'cse0'
const endpointsChain = 'SERVICE-ENDPOINTS'

/** What the backend router does with packets for cloud service endpoints: an account has the way to them with VRF. */
export const serviceEndpoints = (isEnabled: boolean): Chains => ({
  [endpointsChain]: isEnabled
    ? []
    : [{ match: {}, target: { kind: 'drop' }, comment: 'no VRF, no service endpoints' }],
})

const fabric: FabricPlan = {
  segments: [
    ...privateVlans.map(segmentOf),
    ...publicVlans.map(segmentOf),
    { name: 'iaas', subnet: services.iaas.subnet, gateway: services.iaas.gateway },
    { name: 'transit', subnet: services.transit.subnet, gateway: services.transit.gateway },
    { name: 'cse', subnet: services.cse.subnet, gateway: services.cse.gateway },
    { name: 'internet', subnet: services.internet.subnet, gateway: services.internet.gateway },
  ],
  routers: [
    {
      forward: [{ match: { out: endpointLink }, target: { kind: 'jump', chain: endpointsChain } }],
      chains: serviceEndpoints(false),
      ...routerOn(backendRouter, privateVlans, [
        // What VLAN spanning joins or sets apart are the VLANs, on eth….
        { segment: 'iaas', address: services.iaas.gateway, link: 'iaas0' },
        { segment: 'transit', address: services.transit.gateway, link: 'transit0' },
        { segment: 'cse', address: services.cse.gateway, link: endpointLink },
      ]),
    },
    routerOn('frontend-router', publicVlans, [{ segment: 'internet', address: services.internet.gateway }]),
  ],
}
