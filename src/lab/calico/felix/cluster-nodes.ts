/** The other ends of tunnels, as the nodes' annotations say. */
import { createHash } from 'node:crypto'
import type { IPAMBlock, Node } from '#lab/api/objects.ts'
import { remembered } from '#lab/calico/felix/remembered.ts'
import { addressAt } from '#lab/network/address.ts'

export interface ClusterNode {
  readonly name: string
  readonly address: string
  readonly prefixLength: number
  readonly ipipAddress: string | undefined
  readonly vxlanAddress: string | undefined
  readonly vxlanMac: string
}

const annotation = 'projectcalico.org/'

/** Nodes that calico-node has told its address of; by name. */
export const clusterNodes = remembered((nodes: readonly Node[]): ReadonlyMap<string, ClusterNode> => {
  const known = nodes.flatMap(({ metadata }): readonly ClusterNode[] => {
    const of = (name: string): string | undefined => metadata.annotations?.[annotation + name]
    const [address, length = '32'] = (of('IPv4Address') ?? '').split('/')
    if (!address) return []
    return [
      {
        name: metadata.name,
        address,
        prefixLength: Number(length),
        ipipAddress: of('IPv4IPIPTunnelAddr'),
        vxlanAddress: of('IPv4VXLANTunnelAddr'),
        vxlanMac: of('VXLANTunnelMACAddr') ?? derivedMac(metadata.name),
      },
    ]
  })
  return new Map(known.map((node) => [node.name, node]))
})

/** Whether tunnels would find the same in these nodes: a report of a node's status changes nothing for them. */
export const sameClusterNodes = (a: readonly Node[], b: readonly Node[]): boolean =>
  a === b || wordsOf(a) === wordsOf(b)

const wordsOf = remembered((nodes: readonly Node[]): string =>
  JSON.stringify([...clusterNodes(nodes).values()]),
)

/** `66` and five bytes of the SHA-1 of the node's name (felix/calc/vxlan_resolver.go, vtepMACForHost). */
export function derivedMac(node: string): string {
  const hash = createHash('sha1').update(node).digest()
  return [0x66, ...hash.subarray(0, 5)].map((byte) => byte.toString(16).padStart(2, '0')).join(':')
}

/** Where the addresses of the pools are: whole blocks, and single ones that another node has borrowed. */
export const blockRoutes = remembered(
  (blocks: readonly IPAMBlock[]): readonly { readonly cidr: string; readonly node: string }[] =>
    blocks.flatMap(({ spec }) => {
      const owner = spec.affinity?.replace(/^host:/, '')
      const own = owner === undefined ? [] : [{ cidr: spec.cidr, node: owner }]
      return [...own, ...borrowed(spec, owner)]
    }),
)

function borrowed(
  { cidr, allocations, attributes }: IPAMBlock['spec'],
  owner: string | undefined,
): readonly { readonly cidr: string; readonly node: string }[] {
  return allocations.flatMap((attribute, index) => {
    const node = attribute === null ? undefined : attributes[attribute]?.secondary?.node
    if (node === undefined || node === owner) return []
    return [{ cidr: `${addressAt(cidr, index)}/32`, node }]
  })
}
