import { familyOf } from '#cluster/addresses.ts'
import type { Fact, Reads } from '#cluster/facts.ts'
import { isComplete } from '#cluster/queries.ts'
import type { IpPoolRow } from '#cluster/relations.ts'
import { selects } from '#cluster/selectors.ts'
import { felixSettings, isOff } from '#cluster/settings.ts'
import { nodeSubject } from '#cluster/subjects.ts'
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

export interface NoPoolState {
  /** Pools that are there and disabled. */
  readonly disabled: readonly string[]
}

type Needs = 'messages' | 'ipPools' | 'nodes' | 'pods' | 'settings'

/**
 * Finds clusters in which no pool may be used: all are disabled, none selects the node, or the one that a pod or a tunnel asks for
 * is not there. Nothing is used up.
 *
 * @see projectcalico/calico:libcalico-go/lib/ipam/ipam.go (determinePools, ErrNoQualifiedPool)
 * @see projectcalico/calico:api/pkg/apis/projectcalico/v3/ippool.go (Disabled, NodeSelector, AllowedUses)
 */
export const detector = defineDetector<NoPoolState, Needs>({
  needs: ['messages', 'ipPools'],
  uses: ['nodes', 'pods', 'settings'],
  judges: 'cluster',
  detect: (view) => {
    const told = messageSigns(view, said)
    const signs = [...told, ...ofPools(view), ...ofTunnels(view), ...ofSelectors(view), ...ofFamily(view)]
    return findingsOf(signs, {
      judges: 'cluster',
      conclude: (own) =>
        isBacked(own, view, ['address-assignment-failing', 'calico-node-start-failing'])
          ? {
              says: 'no enabled pool can be used for what asks for an address',
              state: {
                disabled: view.rows('ipPools').flatMap(({ name, disabled }) => (disabled ? [name] : [])),
              },
            }
          : undefined,
    })
  },
  explains: explainsHere,
})

const said: Readonly<Record<string, MessageSign>> = {
  'ipam/no-pools': ['decisive', 'no enabled pool exists'],
  'ipam/no-pool-for-node': ({ message: { params } }) => [
    'decisive',
    `no enabled pool selects the node ${params.node}`,
  ],
  'ipam/no-qualified-pool': ['decisive', 'no pool may be used for this purpose'],
  'ipam/pool-unknown': ({ message: { params } }) => [
    'decisive',
    `the pool ${params.pool}, which was asked for, does not exist or is not enabled`,
  ],
  'ipam/pool-wrong-use': ({ message: { params } }) => [
    'strong',
    `the pool ${params.pool} is not meant for ${params.use}`,
  ],
  'ipam/pools-wrong-family': ({ message: { params } }) => [
    'strong',
    `the pools that were asked for are of ${params.other}, not ${params.family}`,
  ],
  'ipam/address-outside-pools': ['strong', 'an address was asked for that no enabled pool holds'],
  'tunnel/no-pools': ['strong', 'no enabled pool asks for this tunnel'],
  'operator/waiting-for-pools': ['decisive', 'the operator waits for an enabled pool'],
}

/** Every pool is disabled. While one is left enabled, somebody moves to another range on purpose. */
function ofPools(view: Reads<'ipPools'>): readonly Sign[] {
  const pools = view.rows('ipPools')
  if (pools.some(({ disabled }) => !disabled)) return []
  return pools.map((row) =>
    sign(
      row,
      isComplete(view.coverage('ipPools')) ? 'decisive' : 'strong',
      `the pool ${row.name} is disabled, and no other was shown`,
    ),
  )
}

/** Start-up fails while the only pool of a tunnel is disabled: the tunnel device then gets no address. */
function ofTunnels(view: Reads<'ipPools' | 'messages' | 'pods'>): readonly Sign[] {
  const pools = view.rows('ipPools')
  const isFailing = view.rows('messages').some(({ message }) => tunnelFailures.has(message.id))
  const lost = pools.filter(
    (row) => row.disabled && row.encapsulation !== 'none' && !pools.some((other) => isSameTunnel(other, row)),
  )
  return lost.map((row) =>
    sign(
      row,
      isFailing ? 'strong' : 'weak',
      `the only pool with ${row.encapsulation}, ${row.name}, is disabled`,
    ),
  )
}

const isSameTunnel = (other: IpPoolRow, { encapsulation }: IpPoolRow): boolean =>
  !other.disabled && kindOf(other.encapsulation) === kindOf(encapsulation)

const kindOf = (encapsulation: IpPoolRow['encapsulation']): string => encapsulation.split('-')[0] ?? ''

const tunnelFailures: ReadonlySet<string> = new Set([
  'tunnel/no-address',
  'tunnel/no-pools',
  'tunnel/pools-exhausted',
  'tunnel/reconcile-failed',
  'tunnel/allocator-failed',
])

/** Nodes whose labels no enabled pool selects. A node of which no labels were shown may have any. */
function ofSelectors(view: Reads<'ipPools' | 'nodes'>): readonly Sign[] {
  const pools = view.rows('ipPools').filter(({ disabled }) => !disabled)
  if (pools.length === 0 || !isComplete(view.coverage('ipPools'))) return unselective(pools)
  return view
    .rows('nodes')
    .filter(({ labels }) => Object.keys(labels).length > 0)
    .filter(({ labels }) => pools.every(({ nodeSelector = '' }) => selects(nodeSelector, labels) === false))
    .map((row) =>
      sign(row, 'decisive', `no enabled pool selects the node ${row.name}`, nodeSubject(row.name)),
    )
}

/** `!all()` is how a pool is kept from automatic use. */
const unselective = (pools: readonly Fact<IpPoolRow>[]): readonly Sign[] =>
  pools.length > 0 &&
  pools.every(
    ({ nodeSelector = '' }) =>
      selects(nodeSelector, {}) === false && selects(nodeSelector, { any: 'x' }) === false,
  )
    ? pools.map((row) => sign(row, 'weak', `the pool ${row.name} selects only ${row.nodeSelector}`))
    : []

/** A pool of IPv6 is of no use to a node that has IPv6 switched off. */
const ofFamily = (view: Reads<'ipPools' | 'settings' | 'messages'>): readonly Sign[] =>
  view
    .rows('messages')
    .some(({ message }) => message.id === 'ipam/pool-unknown' && familyOf(message.params.pool ?? '') === 6)
    ? felixSettings(view, 'Ipv6Support')
        .filter(isOff)
        .map((row) => sign(row, 'weak', 'IPv6 is switched off for Felix'))
    : []
