import { Trouble } from '#base/trouble.ts'
import {
  apiProxy,
  classicWorkers,
  classicZones,
  masterPort,
  services,
  type Vlan,
  type Worker,
  type Zone,
} from '#lab/ibm/account.ts'
import { cidr } from '#lab/network/address.ts'
import type { FabricPlan, RouterPlan, SegmentPlan } from '#lab/network/fabric-plan.ts'
import type { Rule } from '#lab/network/rule.ts'
import type { ClusterPlan, InterfacePlan, MachinePlan, NodePlan, PlanOptions } from '#lab/plan.ts'

/**
 * A classic cluster: workers in three zones, each on a private and a public VLAN; the provider's backend router joins the private
 * VLANs with each other (as long as the account has VRF or VLAN spanning) and with its services, the frontend router the public ones
 * with the internet. The master is the provider's, reached through a proxy on every worker.
 *
 * Not imitated: several VLANs in a zone, portable subnets and load balancers, three API servers behind one address.
 */
export function classicPlan(o: PlanOptions): ClusterPlan {
  if (Number(o.kubernetes.split('.')[1]) >= 29)
    throw new Trouble('no-such-era', `iks-classic has Kubernetes up to 1.28 only, not ${o.kubernetes}`, {
      hint: 'from 1.29 on the Tigera operator brings Calico: use --flavour operator for that',
    })
  return {
    ...o,
    kubernetes: `${o.kubernetes}+IKS`,
    encapsulation: o.encapsulation ?? 'ipip-cross-subnet',
    egress: o.egress ?? 'direct',
    machines: classicWorkers(o.nodes).map(nodeOf),
    fabric,
    registry: { segment: 'iaas', address: services.iaas.registry, prefixLength: 24 },
    podCidr: '172.30.0.0/16',
    serviceCidr: '172.21.0.0/16',
    dnsServiceIp: '172.21.0.10',
    apiServer: apiProxy,
  }
}

export const backendRouter = 'backend-router'

/** The machine on which the provider runs the master. */
export const masterMachine: MachinePlan = {
  name: 'master',
  interfaces: [
    { segment: 'cse', address: services.cse.master, prefixLength: 24 },
    {
      segment: 'internet',
      address: services.internet.master,
      prefixLength: 24,
      link: 'eth1',
      defaultRoute: false,
      routes: ['198.51.100.0/24'],
    },
  ],
}

export const masterAddresses = [
  { address: services.cse.master, port: masterPort },
  { address: services.internet.master, port: masterPort },
] as const

/** Nodes bear their private address as their name. */
const nodeOf = ({ privateIp, publicIp, zone: name }: Worker): NodePlan => {
  const zone = classicZones.find((each) => each.name === name) as Zone // workers are in zones of the list
  return {
    name: privateIp,
    address: privateIp,
    interfaces: [onVlan(zone.private, privateIp, 'eth0'), onVlan(zone.public, publicIp, 'eth1')],
    controlPlane: false,
  }
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

const routerOn = (
  name: string,
  vlans: readonly Vlan[],
  more: RouterPlan['interfaces'],
  forward: readonly Rule[] = [],
): RouterPlan => ({
  name,
  interfaces: [...vlans.map((vlan) => ({ segment: segmentName(vlan), address: vlan.gateway })), ...more],
  forward,
})

const fabric: FabricPlan = {
  segments: [
    ...privateVlans.map(segmentOf),
    ...publicVlans.map(segmentOf),
    { name: 'iaas', subnet: services.iaas.subnet, gateway: services.iaas.gateway },
    { name: 'cse', subnet: services.cse.subnet, gateway: services.cse.gateway },
    { name: 'internet', subnet: services.internet.subnet, gateway: services.internet.gateway },
  ],
  routers: [
    routerOn(backendRouter, privateVlans, [
      { segment: 'iaas', address: services.iaas.gateway },
      { segment: 'cse', address: services.cse.gateway },
    ]),
    routerOn('frontend-router', publicVlans, [{ segment: 'internet', address: services.internet.gateway }]),
  ],
}

/** What the backend router does while neither VRF nor VLAN spanning joins the account's VLANs. */
export const apart: readonly Rule[] = privateVlans.flatMap((from) =>
  privateVlans
    .filter((to) => to !== from)
    .map(
      (to): Rule => ({ match: { source: from.subnet, destination: to.subnet }, target: { kind: 'drop' } }),
    ),
)
