import { cluster } from '#lab/ibm/account.ts'
import { vpcZones } from '#lab/ibm/vpc-zones.ts'
import type { RouterPlan } from '#lab/network/fabric-plan.ts'
import type { Underlay } from '#lab/network/ports.ts'
import { changeUnderlay } from '#lab/network/underlay-change.ts'

/** As the provider names the gateway of a cluster's master. */
export const endpointGatewayName = `iks-${cluster.id}`
export const endpointGatewayId = 'r006-4d1a7f2a-6b3c-4b0c-8d5e-6a1b2c3d4f60'

/** The machine of the network that does its work: an interface in each zone's subnet, in the zones' order. */
export const endpointMachine = 'vpe-gateway'
const linkIn = (zone: number): string => `vpe${zone}`

/** Its interfaces in the subnets of the workers, guarded by a security group. */
export const endpointInterfaces = (group: string): RouterPlan['interfaces'] =>
  vpcZones.map(({ name, endpoint: address }, zone) => ({
    segment: `subnet-${name}`,
    address,
    link: linkIn(zone),
    groups: [group],
  }))

/**
 * The private endpoint gateway of a cluster's master: there, or deleted by somebody until the provider makes it again. Not imitated:
 * that it comes back with other addresses, its reserved IPs one by one, a gateway that is not stable.
 */
export class EndpointGateway {
  #isThere = true

  get isThere(): boolean {
    return this.#isThere
  }

  delete(underlay: Underlay): void {
    this.#set(underlay, false)
  }

  /** Nothing where it is there. */
  create(underlay: Underlay): void {
    this.#set(underlay, true)
  }

  #set(underlay: Underlay, isThere: boolean): void {
    if (this.#isThere === isThere) return
    this.#isThere = isThere
    for (const zone of vpcZones.keys())
      changeUnderlay(underlay, { op: 'port', machine: endpointMachine, link: linkIn(zone), up: isThere })
  }
}
