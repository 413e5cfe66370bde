import { bareAddress, holds } from '#cluster/addresses.ts'
import type { Fact, Reads } from '#cluster/facts.ts'
import type { IpamBlockRow, MessageRow } from '#cluster/relations.ts'
import { nodeSubject } from '#cluster/subjects.ts'
import { tunnelNamed } from '#cluster/tunnels.ts'
import { defineDetector } from '#diagnosis/define-detector.ts'
import { explainsHere, findingsOf, messageSigns, type Sign, sign } from '#diagnosis/signs.ts'
import { isBacked } from '#diagnosis/worth-saying.ts'

export interface ConflictState {
  /** The address that pod and tunnel share. */
  readonly address: string | undefined
}

type Needs = 'pods' | 'links' | 'nodes' | 'calicoNodes' | 'ipamBlocks' | 'ipPools' | 'messages' | 'remarks'

/**
 * Finds nodes whose tunnel device has an address that IPAM does not know as the tunnel's and gives (or gave) to a pod.
 *
 * @see projectcalico/calico:node/pkg/allocateip/allocateip.go (handles ipip-tunnel-addr-…, ensureHostTunnelAddress)
 */
export const detector = defineDetector<ConflictState, Needs>({
  needs: ['pods', 'ipamBlocks'],
  uses: ['links', 'nodes', 'calicoNodes', 'ipPools', 'messages', 'remarks'],
  judges: 'node',
  detect: (view) => {
    const tunnels = tunnelAddresses(view)
    const told = [
      ...messageSigns(view, {
        'tunnel/address-reused': ['decisive', 'a pod holds what was the tunnel’s address'],
        'tunnel/address-replaced': ({ message: { params } }) =>
          params.reason === 'occupied'
            ? ['decisive', `something else holds the tunnel’s address ${params.address ?? ''}`]
            : undefined,
        'calicoctl/ipam-multiple-owners': ({ message: { params } }) =>
          tunnels.some(({ address }) => address === params.ip)
            ? ['decisive', `the tunnel’s address ${params.ip} has several owners`]
            : ['weak', `${params.ip} has several owners`],
        'hearsay/tunnel-address-shared': [
          'strong',
          'a pod has the address of the node’s tunnel device, as somebody says',
        ],
      }),
      ...claimedTwice(view),
      ...sharedWithPods(view, tunnels),
      ...blocksWithoutHandle(view, tunnels),
    ]
    return findingsOf([...told, ...ofPeople(view, told)], {
      judges: 'node',
      conclude: (own) =>
        isBacked(own, view, [])
          ? {
              says: 'a pod has, or may get, the address of the node’s own tunnel device',
              state: { address: tunnels[0]?.address },
            }
          : undefined,
    })
  },
  // Pods elsewhere that call the one that nobody reaches fail their probes, too.
  explains: (finding, symptom) => symptom.id === 'pods-not-ready-on-node' || explainsHere(finding, symptom),
})

interface TunnelAddress {
  readonly node: string
  readonly address: string
  /** By a log of the past: the device may have got another one since. */
  readonly isLogged?: true
}

/** As the device has it, as Kubernetes' node or Calico's own says it. */
const tunnelAddresses = (
  view: Reads<'links' | 'nodes' | 'calicoNodes' | 'messages'>,
): readonly TunnelAddress[] => [
  ...[
    ...view
      .rows('links')
      .filter((row) => row.in === 'host' && tunnelNamed(row.name) !== undefined)
      .flatMap(({ node, addresses = [] }) => addresses.map((address) => ({ node, address }))),
    ...[...view.rows('nodes'), ...view.rows('calicoNodes')].flatMap(
      ({ name, ipipTunnel, vxlanTunnel, wireguardAddress }) =>
        [ipipTunnel, vxlanTunnel, wireguardAddress].map((address) => ({ node: name, address })),
    ),
  ].flatMap(({ node, address }) =>
    address === undefined || address === '' ? [] : [{ node, address: bareAddress(address) }],
  ),
  ...claims(view)
    .filter(isOfTunnel)
    .map(({ row, address }): TunnelAddress => ({ node: row.node ?? '', address, isLogged: true })),
]

interface Claim {
  readonly row: Fact<MessageRow>
  readonly address: string
  readonly handle: string
}

/** What IPAM says that it gave, and to whom: `ipip-tunnel-addr-…` is a node's device, `k8s-pod-network.…` a pod. */
const claims = (view: Reads<'messages'>): readonly Claim[] =>
  view.rows('messages').flatMap((row) => {
    const { address, handle } = row.message.params
    return row.message.id === 'ipam/claimed' && address !== undefined && handle !== undefined
      ? [{ row, address, handle }]
      : []
  })

const isOfTunnel = ({ handle }: Claim): boolean => handle.includes('-tunnel-addr-')

/** The log tells of both; in between the first one may have been given back. */
function claimedTwice(view: Reads<'messages'>): readonly Sign[] {
  const all = claims(view)
  const ofTunnels = all.filter(isOfTunnel)
  return all
    .filter((one) => !isOfTunnel(one) && ofTunnels.some(({ address }) => address === one.address))
    .map(({ row, address }) => sign(row, 'strong', `IPAM gave ${address} to a tunnel device and to a pod`))
}

const weightOf = ({ isLogged }: TunnelAddress): 'decisive' | 'strong' => (isLogged ? 'strong' : 'decisive')

/** A pod of the host's network has the host's address, never the tunnel's. */
const sharedWithPods = (view: Reads<'pods'>, tunnels: readonly TunnelAddress[]): readonly Sign[] =>
  view
    .rows('pods')
    .filter(
      (pod) =>
        pod.hostNetwork !== true &&
        pod.component !== 'calico-node' &&
        pod.phase !== 'Succeeded' &&
        pod.phase !== 'Failed',
    )
    .flatMap((pod) => {
      const tunnel = tunnels.find(({ address }) => address === pod.ip)
      if (tunnel === undefined) return []
      const says = `the pod ${pod.name} has the address ${tunnel.address}, which is the tunnel device’s`
      return [sign(pod, weightOf(tunnel), says, nodeSubject(tunnel.node))]
    })

/**
 * A block whose allocations were listed and hold none of the tunnel's. That is right for the second block of a node, and where
 * nothing is tunnelled.
 */
function blocksWithoutHandle(
  view: Reads<'ipamBlocks' | 'ipPools'>,
  tunnels: readonly TunnelAddress[],
): readonly Sign[] {
  const blocks = view.rows('ipamBlocks').filter(({ holdsTunnelAddress }) => holdsTunnelAddress !== undefined)
  return blocks.flatMap((block) => {
    if (block.holdsTunnelAddress) return []
    const about = nodeSubject(block.node ?? undefined)
    const tunnel = tunnels.find(({ address }) => holds(block.cidr, address))
    if (tunnel !== undefined)
      return [
        sign(
          { from: block.from },
          weightOf(tunnel),
          `${tunnel.address} of the tunnel device lies in ${block.cidr}, and IPAM does not know it as the tunnel’s`,
          about,
        ),
      ]
    const isAlone = blocks.every((other) => other.node !== block.node || other.holdsTunnelAddress === false)
    return isAlone && mayBeTunnelled(view, block) && tunnels.length === 0
      ? [
          sign(
            { from: block.from },
            'strong',
            `the block ${block.cidr} holds addresses of pods only, none of the tunnel’s`,
            about,
          ),
        ]
      : []
  })
}

/** Somebody complains, and no pool without tunnel was shown for this block. */
function mayBeTunnelled(view: Reads<'ipPools'>, { cidr, node }: Fact<IpamBlockRow>): boolean {
  const pools = view.rows('ipPools')
  const own = pools.find((pool) => holds(pool.cidr, cidr))
  if (own !== undefined) return own.encapsulation !== 'none'
  return pools.length === 0 && view.isComplaint === true && node !== undefined && node !== null
}

/** Names of nodes that come again are how the records of two nodes get mixed up. */
const ofPeople = (view: Reads<'remarks'>, told: readonly Sign[]): readonly Sign[] =>
  told.length === 0
    ? []
    : view
        .rows('remarks')
        .filter(({ says }) => says === 'node-was-readded' || says === 'node-was-renamed')
        .map((row) => sign(row, 'weak', 'a node of this name was there before'))
