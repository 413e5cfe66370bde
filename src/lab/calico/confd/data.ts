import type { BGPFilterRule } from '#lab/api/objects/calico.ts'

/** Everything the templates are filled with; collected by confd, or written down by a test. */
export interface BgpData {
  readonly nodeName: string
  /** This node and, where the mesh is rendered, all others. */
  readonly nodes: readonly BgpNode[]
  readonly pools: readonly BgpPool[]
  readonly blocks: readonly BgpBlock[]
  /** The peerings of this node beside the mesh. */
  readonly peers: readonly BgpPeerData[]
  readonly filters: readonly BgpFilterData[]
  readonly asNumber: number
  readonly meshEnabled: boolean
  readonly meshPassword?: string
  /** Seconds; from `nodeMeshMaxRestartTime`. */
  readonly meshRestartSeconds?: number
  readonly listenPort?: number
  /** This node's own port, from its own BGPConfiguration; it goes before the cluster's. */
  readonly nodeListenPort?: number
  readonly bindsNodeAddress: boolean
  readonly ignoredInterfaces: readonly string[]
  readonly logLevel: 'info' | 'debug' | 'none'
  /** `CALICO_ROUTER_ID`: `hash`, an address, or nothing. */
  readonly routerId: string
  readonly communities: readonly PrefixCommunities[]
  readonly services: ServiceRoutes
}

export interface BgpNode {
  readonly name: string
  /** With the prefix of the node's interface: 10.0.0.21/24. */
  readonly address?: string
  readonly asNumber?: number
  readonly routeReflectorClusterId?: string
  readonly listenPort?: number
}

export interface BgpPool {
  readonly cidr: string
  readonly ipip: 'never' | 'always' | 'cross-subnet'
  readonly vxlan: boolean
  readonly disableBgpExport: boolean
}

/** A block that is affine to this node. */
export interface BgpBlock {
  readonly cidr: string
  readonly state: string
}

/** A peering of this node that a BGPPeer asks for. */
export interface BgpPeerData {
  readonly kind: 'global' | 'node'
  readonly address: string
  readonly port?: number
  readonly asNumber: number
  /** Of the peer, when it is a node of the cluster that reflects. */
  readonly clusterId?: string
  readonly password?: string
  readonly usesNodeAddress: boolean
  readonly keepNextHop?: boolean
  readonly restartSeconds?: number
  /** The peer is a node of this cluster. */
  readonly calicoNode?: boolean
  readonly allowLocalAs?: number
  readonly ttlSecurity?: number
  readonly reachableBy?: string
  readonly filters: readonly string[]
  readonly keepaliveSeconds?: number
}

/** The IPv4 half of a BGPFilter. */
export interface BgpFilterData {
  readonly name: string
  readonly imports: readonly BGPFilterRule[]
  readonly exports: readonly BGPFilterRule[]
}

export interface PrefixCommunities {
  readonly cidr: string
  /** `64512:100`, or `64512:1:2` for a large one. */
  readonly communities: readonly string[]
}

/** What of the cluster's Services this node announces (confd/pkg/backends/calico/routes.go). */
export interface ServiceRoutes {
  /** Announced by this node, in order. */
  readonly announced: readonly string[]
  /** Never written into the kernel's table, in order. */
  readonly rejected: readonly string[]
  /** `serviceLoadBalancerIPs`: what a route reflector passes on. */
  readonly loadBalancers: readonly string[]
}

/** What most clusters have: no service routes. */
export const noServiceRoutes: ServiceRoutes = { announced: [], rejected: [], loadBalancers: [] }

export const ownNode = (data: BgpData): BgpNode | undefined =>
  data.nodes.find((node) => node.name === data.nodeName)

export const bareAddress = (node: BgpNode | undefined): string => node?.address?.split('/')[0] ?? ''

export const ownAddress = (data: BgpData): string => bareAddress(ownNode(data))

export const nodeAs = (data: BgpData, node: BgpNode | undefined): number => node?.asNumber ?? data.asNumber

export const underscored = (address: string): string => address.replaceAll('.', '_')
