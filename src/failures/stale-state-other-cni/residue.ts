import { overlaps } from '#cluster/addresses.ts'
import type { Provenance, Reads } from '#cluster/facts.ts'
import { networkOfChain, networkOfFile, networkOfLink, networkOfPod } from '#cluster/other-networks.ts'
import { isComplete } from '#cluster/queries.ts'
import { isCalicosChain } from '#cluster/refusals.ts'
import type { LinkRow } from '#cluster/relations.ts'
import { settingsNamed } from '#cluster/settings.ts'
import { type Sign, sign } from '#diagnosis/signs.ts'

export type ResidueReads =
  | 'links'
  | 'routes'
  | 'filterChains'
  | 'filterRules'
  | 'pods'
  | 'hostPaths'
  | 'ipPools'
  | 'settings'
  | 'daemonSets'

/** Something of another pod network that is there. */
export interface Residue {
  readonly kind: 'device' | 'chain' | 'route' | 'pod' | 'file'
  readonly network: string
  readonly says: string
  readonly row: { readonly from: Provenance; readonly node?: string | undefined }
}

/**
 * Everything that is left, or lives, of other networks. Nothing where Calico only does policy and another network is meant to
 * be there (canal, back-end `none`, the cloud's own plugin).
 */
export function residuesIn(view: Reads<ResidueReads>): readonly Residue[] {
  return isMeant(view)
    ? []
    : [...devices(view), ...chains(view), ...routes(view), ...pods(view), ...files(view)]
}

const isMeant = (view: Reads<ResidueReads>): boolean =>
  view.rows('pods').some(({ name }) => name.startsWith('canal-')) ||
  view.rows('daemonSets').some(({ name }) => name === 'canal') ||
  ['CALICO_NETWORKING_BACKEND', 'calico_backend'].some((name) =>
    settingsNamed(view, 'env', name).some(({ value }) => value === 'none'),
  )

const devices = (view: Reads<'links'>): readonly Residue[] =>
  view
    .rows('links')
    .filter((link) => link.in === 'host')
    .flatMap((row) => {
      const network = networkOfLink(row.name)
      return network === undefined
        ? []
        : [{ kind: 'device' as const, network, says: `${row.name} is a device of ${network}`, row }]
    })

const chains = (view: Reads<'filterChains' | 'filterRules'>): readonly Residue[] =>
  [...view.rows('filterRules'), ...view.rows('filterChains')].flatMap((row) => {
    const network = networkOfChain(row.chain) ?? ('target' in row ? networkOfChain(row.target) : undefined)
    return network === undefined
      ? []
      : [{ kind: 'chain' as const, network, says: `${row.chain} holds rules of ${network}`, row }]
  })

const routes = (view: Reads<'routes'>): readonly Residue[] =>
  view
    .rows('routes')
    .filter((route) => route.in === 'host' && route.type === 'unicast')
    .flatMap((row) => {
      const network = networkOfLink(row.dev ?? '')
      return network === undefined
        ? []
        : [
            {
              kind: 'route' as const,
              network,
              says: `the route to ${row.destination} leads into ${row.dev}`,
              row,
            },
          ]
    })

const pods = (view: Reads<'pods'>): readonly Residue[] =>
  view
    .rows('pods')
    .filter(({ deleting }) => !deleting)
    .flatMap((row) => {
      const network = networkOfPod(row.name)
      return network === undefined
        ? []
        : [{ kind: 'pod' as const, network, says: `${row.name} runs beside calico-node`, row }]
    })

const files = (view: Reads<'hostPaths'>): readonly Residue[] =>
  view
    .rows('hostPaths')
    .filter(({ exists, path }) => exists && (path.startsWith('/etc/cni/') || path.startsWith('/run/')))
    .flatMap((row) => {
      const network = networkOfFile(row.path)
      return network === undefined
        ? []
        : [{ kind: 'file' as const, network, says: `${row.path} is of ${network}`, row }]
    })

// ------------------------------------------------------------------------------------------ what harms

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

/** The first of each kind: of a hundred rules one shows what there is to see. */
export const distinct = (residues: readonly Residue[]): readonly Residue[] => [
  ...new Map(
    residues.toReversed().map((one) => [`${one.kind} ${one.network} ${one.row.node ?? ''}`, one]),
  ).values(),
]
