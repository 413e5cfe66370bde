import { blockRoutes, type ClusterNode, clusterNodes } from '#lab/calico/felix/cluster-nodes.ts'
import { type TunnelInputs, vxlanDevice } from '#lab/calico/felix/tunnels.ts'
import { cidr, contains, ipv4, maskOf } from '#lab/network/address.ts'
import type { Route } from '#lab/network/ports.ts'

/** Routes to the blocks of pools that use VXLAN, and what keeps the unused addresses of own blocks from wandering. */
export function vxlanRoutes(inputs: TunnelInputs): readonly Route[] {
  const { node, encapsulation, nodes, blocks, pools } = inputs
  if (!encapsulation.vxlan) return []
  const known = clusterNodes(nodes)
  const own = known.get(node)
  const modes = pools.map(({ spec }) => ({ block: cidr(spec.cidr), mode: spec.vxlanMode ?? 'Never' }))
  return blockRoutes(blocks).flatMap(({ cidr: destination, node: owner }): readonly Route[] => {
    const mode = modes.find(({ block }) => contains(block, cidr(destination).network))?.mode ?? 'Never'
    if (mode === 'Never') return []
    if (owner === node)
      return destination.endsWith('/32') ? [] : [{ destination, kind: 'blackhole', protocol: '80' }]
    const peer = known.get(owner)
    if (peer === undefined || own === undefined) return []
    if (mode === 'CrossSubnet' && isNear(own, peer))
      return [{ destination, kind: 'unicast', via: peer.address, protocol: '80', onlink: true }]
    if (peer.vxlanAddress === undefined) return []
    return [
      {
        destination,
        kind: 'unicast',
        via: peer.vxlanAddress,
        dev: vxlanDevice,
        onlink: true,
        protocol: 'boot',
      },
    ]
  })
}

/** By the prefix in this node's own annotation: a /32 there makes everybody far. */
const isNear = (own: ClusterNode, peer: ClusterNode): boolean =>
  ((ipv4(own.address) ^ ipv4(peer.address)) & maskOf(own.prefixLength)) === 0
