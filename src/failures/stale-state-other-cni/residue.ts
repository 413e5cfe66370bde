import type { Provenance, Reads } from '#cluster/facts.ts'
import { networkOfChain, networkOfFile, networkOfLink, networkOfPod } from '#cluster/other-networks.ts'
import { settingsNamed } from '#cluster/settings.ts'

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

/** The first of each kind: of a hundred rules one shows what there is to see. */
export const distinct = (residues: readonly Residue[]): readonly Residue[] => [
  ...new Map(
    residues.toReversed().map((one) => [`${one.kind} ${one.network} ${one.row.node ?? ''}`, one]),
  ).values(),
]
