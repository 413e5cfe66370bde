/**
 * A gateway appliance of the account (a Vyatta is a Linux machine): on a transit network with the provider's backend router, and
 * on the private VLANs. While these bypass it, it is connected to none of them; once they are routed through it, it has their
 * gateways' addresses, and every packet between VLANs or to the provider's services is forwarded by it, as its filter says.
 *
 * Not imitated: its own command line (it is managed as the Linux below it: `iptables`, `ip`), pairs with VRRP, public VLANs, VPNs.
 */
import { baseOs } from '#lab/host/os.ts'
import type { Tree } from '#lab/host/ports.ts'
import { classicZones, services } from '#lab/ibm/account.ts'
import { backendRouter, segmentName } from '#lab/ibm/classic-plan.ts'
import { cidr } from '#lab/network/address.ts'
import type { NetChange, Underlay } from '#lab/network/ports.ts'
import { lookingTools, networkTools } from '#lab/network/tools.ts'
import { changeUnderlay } from '#lab/network/underlay-change.ts'
import type { MachinePlan } from '#lab/plan.ts'

export const gatewayId = '182034'
const name = 'gateway'

const vlans = classicZones.map(({ private: vlan }, index) => ({ ...vlan, link: `eth${index + 1}` }))
const prefixOf = (subnet: string): number => cidr(subnet).length

export const gatewayMachine: MachinePlan = {
  name,
  interfaces: [
    { segment: 'transit', address: services.transit.appliance, prefixLength: 29 },
    ...vlans.map((vlan) => ({
      segment: segmentName(vlan),
      address: vlan.gateway,
      prefixLength: prefixOf(vlan.subnet),
      link: vlan.link,
      defaultRoute: false,
      portUp: false,
    })),
  ],
}

export const gatewayDisk = (): Tree => [
  ...baseOs({ hostname: name, nameserver: services.iaas.registry }),
  ...networkTools(),
  ...lookingTools(),
]

/** Routes every private VLAN through the appliance, or past it again. */
export function routeThrough(underlay: Underlay, isRouted: boolean): void {
  const open = (up: boolean): void => {
    for (const { link } of vlans) changeUnderlay(underlay, { op: 'port', machine: name, link, up })
  }
  // Whoever has the gateways' addresses now gives them up first.
  if (!isRouted) open(false)
  const changes = vlans.flatMap(isRouted ? toTheAppliance : toTheRouter)
  changeUnderlay(underlay, { op: 'router', router: backendRouter, changes })
  if (isRouted) open(true)
}

type PrivateVlan = (typeof vlans)[number]

/** On the backend router, whose interfaces are in the VLANs' order. */
const interfaceOf = ({ gateway, subnet }: PrivateVlan, index: number) => ({
  link: `eth${index}`,
  address: gateway,
  prefixLength: prefixOf(subnet),
})

const toTheAppliance = (vlan: PrivateVlan, index: number): readonly NetChange[] => [
  { op: 'address-del', ...interfaceOf(vlan, index) },
  {
    op: 'route-add',
    route: { destination: vlan.subnet, kind: 'unicast', via: services.transit.appliance, protocol: 'static' },
  },
]

const toTheRouter = (vlan: PrivateVlan, index: number): readonly NetChange[] => [
  { op: 'route-del', destination: vlan.subnet, protocol: 'static' },
  { op: 'address-add', ...interfaceOf(vlan, index) },
]
