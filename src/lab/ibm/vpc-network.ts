import { EndpointGateway } from '#lab/ibm/endpoint-gateway.ts'
import { PublicGateways } from '#lab/ibm/public-gateways.ts'
import { vpcId, vpcZones } from '#lab/ibm/vpc-zones.ts'
import type { AclPlan } from '#lab/network/fabric-plan.ts'
import type { Underlay } from '#lab/network/ports.ts'
import { changeUnderlay } from '#lab/network/underlay-change.ts'

export type Direction = 'inbound' | 'outbound'

/** Access lists and routes by the names that the account gave them; the same lists and routes are in force in the underlay. */
export interface Acl extends AclPlan {
  readonly name: string
}

/** A custom route: what is for `destination` goes to `via`, or nowhere. */
export interface CustomRoute {
  readonly name: string
  readonly zone: string
  readonly destination: string
  readonly via?: string // none: dropped
}

/** Names of rules are unique in a list. */
const everything = {
  inbound: [{ name: 'allow-inbound', action: 'allow' }],
  outbound: [{ name: 'allow-outbound', action: 'allow' }],
} as const satisfies AclPlan

/** That of a VPC from its first day on. */
const defaultAcl: Acl = { name: `allow-all-network-acl-${vpcId}`, ...everything }

/**
 * What the account set in its VPC beside security groups. Not imitated: a list of one subnet cannot be the default of others
 * that are made later (there are none), routing tables beside the VPC's own, the zone of a route (it leads traffic of every zone),
 * routes that came from elsewhere (VPN gateways, transit gateways).
 */
export class VpcNetwork {
  readonly #acls = new Map<string, Acl>([[defaultAcl.name, defaultAcl]])
  /** Of each zone's subnet: the name of its list. */
  readonly #listOf = new Map<string, string>(vpcZones.map(({ name }) => [name, defaultAcl.name]))
  readonly #routes = new Map<string, CustomRoute>()
  readonly gateways: PublicGateways
  readonly endpoint = new EndpointGateway()
  readonly #router: string

  constructor(router: string) {
    this.#router = router
    this.gateways = new PublicGateways(router)
  }

  get acls(): readonly Acl[] {
    return [...this.#acls.values()]
  }

  acl(name: string | undefined): Acl | undefined {
    return name === undefined ? undefined : this.#acls.get(name)
  }

  aclOf(zone: string): Acl {
    return this.#acls.get(this.#listOf.get(zone) ?? '') ?? defaultAcl
  }

  zonesOf({ name }: Acl): readonly string[] {
    return vpcZones.map((zone) => zone.name).filter((zone) => this.#listOf.get(zone) === name)
  }

  /** A list that allows everything until it gets rules of its own. */
  createAcl(name: string): Acl {
    const acl = { name, ...everything }
    this.#acls.set(name, acl)
    return acl
  }

  /** Takes effect in all subnets that have it. */
  setAcl(underlay: Underlay, acl: Acl): void {
    this.#acls.set(acl.name, acl)
    for (const zone of this.zonesOf(acl)) enforce(underlay, zone, acl)
  }

  /** Only one that no subnet has any more. */
  deleteAcl(name: string): void {
    this.#acls.delete(name)
  }

  attach(underlay: Underlay, { zone, acl }: { readonly zone: string; readonly acl: Acl }): void {
    this.#listOf.set(zone, acl.name)
    enforce(underlay, zone, acl)
  }

  get routes(): readonly CustomRoute[] {
    return [...this.#routes.values()]
  }

  /** Rejects with Errno what the router's kernel refuses: a next hop that is on none of the subnets. */
  addRoute(underlay: Underlay, route: CustomRoute): void {
    const { destination, via } = route
    changeUnderlay(underlay, {
      op: 'router',
      router: this.#router,
      changes: [
        {
          op: 'route-add',
          route:
            via === undefined
              ? { destination, kind: 'blackhole', protocol: 'static' }
              : { destination, kind: 'unicast', via, protocol: 'static' },
        },
      ],
    })
    this.#routes.set(route.name, route)
  }

  deleteRoute(underlay: Underlay, { name, destination }: CustomRoute): void {
    changeUnderlay(underlay, {
      op: 'router',
      router: this.#router,
      changes: [{ op: 'route-del', destination, protocol: 'static' }],
    })
    this.#routes.delete(name)
  }
}

const enforce = (underlay: Underlay, zone: string, { inbound, outbound }: Acl): void =>
  changeUnderlay(underlay, { op: 'acl', segment: `subnet-${zone}`, acl: { inbound, outbound } })
