/** Pools whose pods go out under their own addresses, and what fails outside. */
import { familyOf, holds, isRoutable } from '#cluster/addresses.ts'
import type { Fact, Reads } from '#cluster/facts.ts'
import type { SettingRow } from '#cluster/relations.ts'
import { envNamed, isOff, settingsNamed } from '#cluster/settings.ts'
import { type Sign, sign } from '#diagnosis/signs.ts'
import type { Weight } from '#diagnosis/types.ts'

export type OutgoingReads = 'ipPools' | 'settings' | 'reachability' | 'remarks'

/**
 * Who complains and says in words that NAT is off takes it for the reason; the field alone does not tell.
 *
 * natOutgoing false is right where the network around routes pods; with failing connections to the outside it is what is wrong.
 *
 * @see projectcalico/calico:felix/rules/nat.go (cali-nat-outgoing)
 */
export function outgoingSigns(view: Reads<OutgoingReads>): readonly Sign[] {
  const outside = failingOutside(view)
  const isTold = view.rows('remarks').some(({ says }) => says === 'egress-fails')
  const weight: Weight =
    outside !== undefined && isReachedByHosts(view, outside)
      ? 'decisive'
      : isTold || outside !== undefined
        ? 'strong'
        : 'weak'
  return [...withoutNat(view, weight), ...insidePool(view)]
}

/** Addresses of the Internet: everything else may be routed to pods. */
const isPublic = (address: string): boolean =>
  familyOf(address) !== undefined &&
  isRoutable(address) &&
  !['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '100.64.0.0/10', 'fc00::/7'].some((range) =>
    holds(range, address),
  )

const failingOutside = (view: Reads<'reachability'>): string | undefined =>
  view.rows('reachability').find((row) => row.in === 'pod' && row.outcome === 'timed-out' && isPublic(row.to))
    ?.to

const isReachedByHosts = (view: Reads<'reachability'>, address: string): boolean =>
  view.rows('reachability').some((row) => row.in === 'host' && row.outcome === 'ok' && row.to === address)

function withoutNat(view: Reads<'ipPools' | 'settings'>, weight: Weight): readonly Sign[] {
  const pools = view.rows('ipPools').filter(({ disabled }) => !disabled)
  if (pools.some(({ natOutgoing }) => natOutgoing === true)) return []
  const off = pools.filter(({ natOutgoing }) => natOutgoing === false)
  const told: readonly Fact<SettingRow>[] = [
    ...settingsNamed(view, ['other', 'Installation'], 'natOutgoing'),
    ...envNamed(view, 'CALICO_IPV4POOL_NAT_OUTGOING'),
  ].filter(isOff)
  return [
    ...off.map((row) =>
      sign(row, weight, `the pool ${row.name} has natOutgoing false: pods go out under their own addresses`),
    ),
    ...(pools.length === 0
      ? told.map((row) =>
          sign(
            row,
            weight === 'weak' && row.in === 'told' ? 'strong' : weight,
            'outgoing NAT is off: pods go out under their own addresses',
          ),
        )
      : []),
  ]
}

/** Where a destination lies inside a pool, Calico takes it for a pod and leaves the source as it is. */
const insidePool = (view: Reads<'ipPools' | 'reachability'>): readonly Sign[] =>
  view.rows('ipPools').flatMap((pool) => {
    const failing = view
      .rows('reachability')
      .find(
        (row) =>
          row.in === 'pod' && row.outcome === 'timed-out' && isPublic(row.to) && holds(pool.cidr, row.to),
      )
    return failing === undefined
      ? []
      : [
          sign(
            failing,
            'decisive',
            `${failing.to} is no pod, and lies inside the pool ${pool.name}: it gets no outgoing NAT`,
          ),
        ]
  })
