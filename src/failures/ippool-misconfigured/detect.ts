import type { Fact, Reads } from '#cluster/facts.ts'
import { innerMessage } from '#cluster/queries.ts'
import type { MessageRow } from '#cluster/relations.ts'
import { defineDetector } from '#diagnosis/define-detector.ts'
import {
  explainsHere,
  findingsOf,
  type MessageSign,
  messageSigns,
  type Sign,
  sign,
} from '#diagnosis/signs.ts'
import { isBacked } from '#diagnosis/worth-saying.ts'
import { type OutgoingReads, outgoingSigns } from '#failures/ippool-misconfigured/outgoing.ts'
import { type PoolReads, poolSigns } from '#failures/ippool-misconfigured/pools.ts'

export interface MisconfiguredState {
  readonly pools: readonly string[]
}

type Needs = PoolReads | OutgoingReads | 'messages' | 'attempts'

/**
 * Finds IPPools whose values cannot work: refused by the API, overlapping, outside of the cluster's pod range, smaller than a block, of
 * a tunnel that their family does not have, or without the outgoing NAT that the network around needs.
 *
 * @see projectcalico/calico:libcalico-go/lib/validator/v3/validator.go (validateIPPoolSpec)
 * @see projectcalico/calico:libcalico-go/lib/clientv3/ippool.go (validateAndSetDefaults)
 */
export const detector = defineDetector<MisconfiguredState, Needs>({
  needs: ['ipPools', 'messages'],
  uses: ['settings', 'pods', 'calicoNodes', 'reachability', 'remarks', 'attempts'],
  judges: 'cluster',
  detect: (view) => {
    // Who applies a pool does so once: the answer does not grow old.
    const told = [...messageSigns(view, refused, { ofAnyAge: true }), ...messageSigns(view, running)]
    const signs = [...told, ...poolSigns(view), ...outgoingSigns(view), ...ofPeople(view)]
    return findingsOf(signs, {
      judges: 'cluster',
      conclude: (own) =>
        isBacked(own, view, ['resource-refused'])
          ? {
              says: 'an IPPool does not fit the cluster',
              state: { pools: view.rows('ipPools').map(({ name }) => name) },
            }
          : undefined,
    })
  },
  explains: explainsHere,
})

const refused: Readonly<Record<string, MessageSign>> = {
  'ippool/overlap': ({ message: { params } }) => [
    'decisive',
    `the range of ${params.pool} overlaps the one of ${params.other} (${params.cidr})`,
  ],
  // Newer releases have it: mostly it is the release that does not fit, not the pool.
  'ippool/vxlan-on-ipv6': ['weak', 'a pool of IPv6 asks for VXLAN, which this release has for IPv4 only'],
  'ippool/ipip-on-ipv6': ['decisive', 'a pool of IPv6 asks for IP-in-IP'],
  'ippool/link-local': ['decisive', 'a pool’s range holds link-local addresses'],
  'ippool/both-tunnels': ['decisive', 'a pool asks for two tunnels at once'],
  'ippool/too-small': ['decisive', 'a pool is smaller than one of its blocks'],
  'ippool/not-masked': ['decisive', 'a pool’s range has bits behind its length'],
  'ippool/block-size-invalid': ['decisive', 'a pool’s block size is not allowed'],
  'calicoctl/field-invalid': (row) => ofPool(row),
  'api/invalid': (row) => ofPool(row),
  'operator/pools-mismatch': [
    'decisive',
    'the Installation’s pool lies outside of the cluster’s pod network',
  ],
}

const running: Readonly<Record<string, MessageSign>> = {
  'startup/pool-create-failed': ({ message: { params } }) => [
    'strong',
    `start-up cannot make the pool ${params.cidr ?? ''}`,
  ],
  'startup/pool-mode-invalid': ({ message: { params } }) => [
    'decisive',
    `${params.value} is no mode of a tunnel`,
  ],
  'startup/pool-env-invalid': ['decisive', 'the environment describes a pool that cannot be'],
  'cni/pool-unparsable': ({ message: { params } }) => [
    'decisive',
    `pods are to take addresses out of “${params.pool}”, which is no pool and no range`,
  ],
  'cni/no-pod-cidr': ({ message: { params } }) => [
    'decisive',
    `the plugin is to take addresses out of the node’s PodCIDR, and ${params.node} has none`,
  ],
  'calicoctl/ipam-outside-pools': ({ message: { params } }) => [
    'strong',
    `${params.count} addresses in use are of no enabled pool`,
  ],
}

const ofPool = (row: Fact<MessageRow>): readonly ['decisive', string] | undefined => {
  const { params } = row.message
  const isOfPool = params.resource === 'IPPool' || params.kind === 'IPPool'
  if (!isOfPool || innerMessage(row, 'ippool/vxlan-on-ipv6')) return undefined
  return ['decisive', `the API refuses the pool: ${params.error ?? params.field ?? params.name ?? ''}`]
}

/** Setting NAT on cured it. */
const ofPeople = (view: Reads<'attempts'>): readonly Sign[] =>
  view
    .rows('attempts')
    .filter(({ outcome, after }) => outcome === 'cured' && natOn.has((after ?? '').toLowerCase()))
    .map((row) => sign(row, 'strong', 'switching outgoing NAT on cured it'))

const natOn: ReadonlySet<string> = new Set(['natoutgoing=true', 'natoutgoing=enabled', 'nat-outgoing=true'])
