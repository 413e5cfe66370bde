/** What another pod network left in Calico’s way: the same number, the same addresses, rules that nobody opens any more. */
import { overlaps } from '#cluster/addresses.ts'
import type { Reads } from '#cluster/facts.ts'
import { networkOfLink } from '#cluster/other-networks.ts'
import { isComplete } from '#cluster/queries.ts'
import { isCalicosChain } from '#cluster/refusals.ts'
import type { LinkRow } from '#cluster/relations.ts'
import { type Sign, sign } from '#diagnosis/signs.ts'
import { type ResidueReads, residuesIn } from '#failures/stale-state-other-cni/residue.ts'

/** What is left and in Calico's way: the same number, the same addresses. */
export const harmSigns = (view: Reads<ResidueReads>): readonly Sign[] => [
  ...ofNumbers(view),
  ...ofRanges(view),
  ...ofBoth(view),
]

/** Two devices of one number and port cannot both be up. */
function ofNumbers(view: Reads<'links'>): readonly Sign[] {
  const own = view.rows('links').filter(({ name }) => name === 'vxlan.calico')
  return view
    .rows('links')
    .filter((link) => link.vxlan?.id !== undefined && networkOfLink(link.name) !== undefined)
    .filter((link) => own.some((one) => one.node === link.node && isSameVxlan(one, link)))
    .map((link) =>
      sign(link, 'decisive', `${link.name} has the same VXLAN number and port as Calico’s device`),
    )
}

const isSameVxlan = (a: LinkRow, b: LinkRow): boolean =>
  a.vxlan?.id === b.vxlan?.id && a.vxlan?.port === b.vxlan?.port

/** Packets to Calico's pods that go to another network's device. */
function ofRanges(view: Reads<ResidueReads>): readonly Sign[] {
  const pools = view.rows('ipPools').filter(({ disabled, cidr }) => !disabled && cidr.includes('/'))
  const inPool = (range: string): boolean => pools.some(({ cidr }) => overlaps(cidr, range))
  return residuesIn(view).flatMap(({ kind, row, says }): readonly Sign[] => {
    const range = kind === 'route' ? destinationOf(row) : undefined
    return range !== undefined && range !== 'default' && inPool(range)
      ? [sign(row, 'decisive', `${says}, though Calico’s pool holds it`)]
      : []
  })
}

const destinationOf = (row: object): string | undefined =>
  'destination' in row && typeof row.destination === 'string' ? row.destination : undefined

/** Calico's chains where Calico is known to be gone: what they drop, nobody opens any more. */
function ofBoth(view: Reads<ResidueReads>): readonly Sign[] {
  // While another of its pods runs, or its pools are there, it was not uninstalled: calico-node is what is missing.
  const isInstalled =
    view.rows('ipPools').length > 0 || view.rows('pods').some(({ component }) => component !== undefined)
  const isGone = isComplete(view.coverage('pods')) && !isInstalled
  const [first] = view.rows('filterRules').filter(({ chain }) => isCalicosChain(chain))
  return isGone && first !== undefined
    ? [sign(first, 'decisive', 'Calico’s chains are there, and no calico-node runs')]
    : []
}
