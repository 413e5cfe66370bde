import { vpcServices, vpcZones } from '#lab/ibm/vpc-zones.ts'
import { addressAt } from '#lab/network/address.ts'
import type { Underlay } from '#lab/network/ports.ts'
import type { Chains } from '#lab/network/rule.ts'
import { changeUnderlay } from '#lab/network/underlay-change.ts'

/** Leads the subnets of its zone to the internet that are attached to it; nobody comes in by it. */
export interface PublicGateway {
  readonly id: string
  readonly name: string
  readonly zone: string
  /** What its packets carry as their source, whoever sent them. */
  readonly floatingIp: { readonly id: string; readonly name: string; readonly address: string }
}

/** By which interface the VPC's router is on the internet. */
export const internetLink = 'internet0'

/**
 * The gateways of a VPC, and which subnets are attached. The VPC's router does what they say: it leads packets to the internet only
 * from attached subnets, under the floating IP of their gateway, and drops the others' without a word, so that who sent one waits
 * until a time-out of its own.
 *
 * Not imitated: floating IPs of machines, or ones that the owner reserved; the time that a gateway takes to be made; its time-outs
 * for idle connections and its number of ports.
 *
 * @see ibm-cloud-docs/vpc:pg-about.md ("By default, subnets do not have access to the public internet"), about-network.md (source
 *   NAT, many to one; "Instances can't receive inbound connections from the internet")
 * @see skupperproject/skupper-example-hello-world#14 (an image of quay.io, no gateway: `dial tcp 44.205.47.25:443: i/o timeout`)
 */
export class PublicGateways {
  readonly #router: string
  readonly #gateways = new Map<string, PublicGateway>(firstGateways.map((each) => [each.id, each]))
  /** Of each zone's subnet: the id of its gateway. */
  readonly #attached = new Map<string, string>(firstGateways.map(({ id, zone }) => [zone, id]))
  #made = firstGateways.length

  constructor(router: string) {
    this.#router = router
  }

  get list(): readonly PublicGateway[] {
    return [...this.#gateways.values()]
  }

  /** By its name or its id. */
  named(wanted: string | undefined): PublicGateway | undefined {
    return this.list.find(({ id, name }) => id === wanted || name === wanted)
  }

  /** That to which a zone's subnet is attached. */
  of(zone: string): PublicGateway | undefined {
    return this.#gateways.get(this.#attached.get(zone) ?? '')
  }

  create(name: string, zone: string): PublicGateway {
    const gateway = gatewayAt(this.#made++, { name, zone })
    this.#gateways.set(gateway.id, gateway)
    return gateway
  }

  /** Only one to which no subnet is attached any more. */
  delete({ id }: PublicGateway): void {
    this.#gateways.delete(id)
  }

  isInUse({ id }: PublicGateway): boolean {
    return [...this.#attached.values()].includes(id)
  }

  attach(underlay: Underlay, gateway: PublicGateway): void {
    this.#attached.set(gateway.zone, gateway.id)
    this.#enforce(underlay)
  }

  detach(underlay: Underlay, zone: string): void {
    this.#attached.delete(zone)
    this.#enforce(underlay)
  }

  #enforce(underlay: Underlay): void {
    const { filter, nat } = rulesFor(vpcZones.flatMap(({ name }) => this.of(name) ?? []))
    changeUnderlay(underlay, {
      op: 'router-rules',
      router: this.#router,
      table: 'filter',
      chains: { [gatewaysChain]: filter },
    })
    changeUnderlay(underlay, { op: 'router-rules', router: this.#router, table: 'nat', chains: nat })
  }
}

/** Ids and addresses are counted: none comes back. */
const gatewayAt = (
  index: number,
  { name, zone }: { readonly name: string; readonly zone: string },
): PublicGateway => {
  const last = String(index + 1).padStart(2, '0')
  return {
    id: `r006-8b2e7f2a-3d1c-4b0c-8d5e-6a1b2c3d4f${last}`,
    name,
    zone,
    floatingIp: {
      id: `r006-9c3f7f2a-3d1c-4b0c-8d5e-6a1b2c3d4f${last}`,
      name,
      address: addressAt(vpcServices.internet.floatingIps, index + 1),
    },
  }
}

/** Those that the owner of the cluster had made before it was delivered: one in each zone, for the subnet of its workers. */
const firstGateways: readonly PublicGateway[] = vpcZones.map(({ name: zone }, index) =>
  gatewayAt(index, { name: `pgw-${zone}`, zone }),
)

const gatewaysChain = 'PUBLIC-GATEWAYS'

/** What the router does with packets for the internet from subnets that are attached to these, and from the others. */
const rulesFor = (attached: readonly PublicGateway[]) => ({
  filter: [
    ...attached.map(({ zone, name }) => ({
      match: { source: subnetOf(zone) },
      target: { kind: 'return' } as const,
      comment: name,
    })),
    { match: {}, target: { kind: 'drop' } as const, comment: 'no public gateway' },
  ],
  nat: {
    POSTROUTING: attached.map(({ zone, name, floatingIp }) => ({
      match: { out: internetLink, source: subnetOf(zone) },
      target: { kind: 'snat', to: floatingIp.address } as const,
      comment: name,
    })),
  } satisfies Chains,
})

const subnetOf = (zone: string): string => vpcZones.find(({ name }) => name === zone)?.subnet ?? ''

const first = rulesFor(firstGateways)

/** How the router of a VPC comes that has the first gateways. */
export const firstGatewayRules = {
  forward: [
    { match: { out: internetLink }, target: { kind: 'jump', chain: gatewaysChain } as const },
    { match: { in: internetLink, state: 'new' as const }, target: { kind: 'drop' } as const },
  ],
  chains: { [gatewaysChain]: first.filter },
  nat: first.nat,
}
