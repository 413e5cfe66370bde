/** Nodes that are silent because packets for hosts go to the node that has the block of pods' addresses around theirs. */
import { bareAddress, holds } from '#cluster/addresses.ts'
import type { Fact, Reads } from '#cluster/facts.ts'
import { conditionOf } from '#cluster/queries.ts'
import type { NodeRow } from '#cluster/relations.ts'
import { clusterSubject } from '#cluster/subjects.ts'
import { conditionSource } from '#cluster/symptoms/node-conditions.ts'
import { type Sign, sign } from '#diagnosis/signs.ts'

/**
 * A block is more specific than the nodes' network: the others have its route, and its own node has it as a blackhole. A kubelet
 * is silent where its own address lies in one, or the API server's. A range that merely holds nodes silences nobody.
 *
 * @see projectcalico/calico:confd/etc/calico/confd/templates/bird_aggr.toml.template (a blackhole for each block)
 */
export function silenced(view: Reads<'nodes' | 'ipamBlocks' | 'endpoints'>): readonly Sign[] {
  const ofApi = apiServers(view).map((address) => astray(view, address))
  return view.rows('nodes').flatMap((node) => {
    const ready = conditionOf(node, 'Ready')
    if (ready?.status !== 'Unknown') return []
    const where = [astray(view, addressOf(node)), ...ofApi].find((one) => one !== undefined)
    if (where === undefined) return []
    // The row and the words of its condition: other readings of a silent node rest on the one or on the other.
    return [
      sign({ from: node.from }, 'decisive', `nobody hears from ${node.name}`, clusterSubject),
      sign(
        { from: conditionSource(node, ready) },
        'decisive',
        `packets of ${node.name}, or for it, go astray: ${where}`,
        clusterSubject,
      ),
    ]
  })
}

const addressOf = ({ internalIp, calicoIpv4 }: Fact<NodeRow>): string =>
  bareAddress(internalIp ?? calicoIpv4 ?? '')

/** As the Service `kubernetes` names them, or the nodes that are labelled so. */
const apiServers = (view: Reads<'nodes' | 'endpoints'>): readonly string[] => [
  ...view
    .rows('endpoints')
    .filter(({ namespace, name }) => namespace === 'default' && name === 'kubernetes')
    .flatMap(({ addresses }) => addresses),
  ...view
    .rows('nodes')
    .filter(({ labels }) => Object.hasOwn(labels, 'node-role.kubernetes.io/control-plane'))
    .map(addressOf),
]

function astray(view: Reads<'ipamBlocks'>, address: string): string | undefined {
  const block = view
    .rows('ipamBlocks')
    .find(({ kind, cidr }) => kind === 'block' && address !== '' && holds(cidr, address))
  if (block === undefined) return undefined
  const whose = typeof block.node === 'string' ? ` of ${block.node}` : ''
  return `${address} lies inside ${block.cidr}, a block of pods’ addresses${whose}`
}
