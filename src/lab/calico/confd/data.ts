/** Everything the templates are filled with; collected by confd, or written down by a test. */
export interface BgpData {
  readonly nodeName: string
  readonly nodes: readonly BgpNode[]
  readonly pools: readonly BgpPool[]
  readonly blocks: readonly BgpBlock[]
  readonly peers: readonly BgpPeerData[]
  readonly asNumber: number
  readonly meshEnabled: boolean
  readonly listenPort?: number
  readonly logLevel: 'info' | 'debug' | 'none'
  /** Seconds; from `nodeMeshMaxRestartTime`. */
  readonly meshRestartSeconds?: number
}

export interface BgpNode {
  readonly name: string
  /** With the prefix of the node's interface: 10.0.0.21/24. */
  readonly address?: string
  readonly asNumber?: number
  readonly routeReflectorClusterId?: string
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

/** A BGPPeer that concerns this node. */
export interface BgpPeerData {
  readonly kind: 'global' | 'node'
  readonly address: string
  readonly port?: number
  readonly asNumber: number
  readonly keepaliveSeconds?: number
}

export const ownAddress = (data: BgpData): string =>
  data.nodes.find((node) => node.name === data.nodeName)?.address?.split('/')[0] ?? ''

export const underscored = (address: string): string => address.replaceAll('.', '_')
