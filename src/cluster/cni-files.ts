/** The host's folders of the CNI: its configurations and its programs. */
import type { Fact, Reads } from '#cluster/facts.ts'
import type { HostPathRow, MountRow } from '#cluster/relations.ts'

export interface CniFile {
  readonly row: Fact<HostPathRow>
  /** `10-calico.conflist` */
  readonly name: string
  readonly isCalicos: boolean
  /** It is there besides the pods' network on purpose: multus, which calls others, and the loopback device. */
  readonly isHelper: boolean
}

const configFolder = '/etc/cni/net.d'
const programFolder = '/opt/cni/bin'

/**
 * CNI configurations that were seen on hosts, in the order in which a runtime takes them: of each node the first by name.
 *
 * @see containernetworking/cni:libcni/conf.go (ConfFiles: .conf, .conflist, .json)
 * @see containerd/go-cni:opts.go (loadFromConfDir sorts by name)
 */
export const cniFiles = (facts: Reads<'hostPaths'>): readonly CniFile[] =>
  facts
    .rows('hostPaths')
    .filter(({ exists, path }) => exists && isConfiguration(inHost(path)))
    .map((row) => cniFile(row))
    .toSorted((a, b) => compare(a.row.node, b.row.node) || compare(a.name, b.name))

/** Somebody looked for Calico's configuration on this node and did not find it. */
export const isCalicosFileGone = (facts: Reads<'hostPaths'>, node: string): boolean =>
  facts
    .rows('hostPaths')
    .some(
      ({ exists, path, node: at }) =>
        !exists &&
        (at === node || at === '' || node === '') &&
        (inHost(path) === configFolder || (isConfiguration(inHost(path)) && isOfCalico(path))),
    )

function cniFile(row: Fact<HostPathRow>): CniFile {
  const name = row.path.slice(row.path.lastIndexOf('/') + 1)
  return {
    row,
    name,
    isCalicos: isOfCalico(name),
    isHelper: name.includes('multus') || name.includes('loopback'),
  }
}

const isConfiguration = (path: string): boolean =>
  path.startsWith(`${configFolder}/`) &&
  /^[^/]+\.(?:conf|conflist|json)$/.test(path.slice(configFolder.length + 1))

/** canal is Calico with flannel, in one configuration. */
const isOfCalico = (name: string): boolean => name.includes('calico') || name.includes('canal')

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

/** As the installer's container sees it: `/host/opt/cni/bin`. */
const inHost = (path: string): string => (path.startsWith('/host/') ? path.slice('/host'.length) : path)

/** Whether a path is one of the folders that the installer writes, or lies in one. */
export const isOfCni = (path: string): boolean =>
  [configFolder, programFolder, '/var/lib/rancher', '/var/lib/cni', '/home/kubernetes/bin'].some((folder) =>
    isBelow(inHost(path), folder),
  ) || ['/opt/cni', '/etc/cni'].includes(inHost(path))

const isBelow = (path: string, folder: string): boolean => path === folder || path.startsWith(`${folder}/`)

/** The mount on which the CNI's programs or configurations of a node lie, with the folder that it concerns. */
export interface CniMount {
  readonly row: Fact<MountRow>
  readonly folder: string
}

/**
 * For each folder the mount that is nearest above it: `/opt` counts while no `/opt/cni` is known. What fstab asks for counts
 * where nobody showed what is mounted.
 */
export function cniMounts(facts: Reads<'mounts'>): readonly CniMount[] {
  const nodes = [...new Set(facts.rows('mounts').map(({ node }) => node))]
  return nodes.flatMap((node) =>
    [programFolder, configFolder].flatMap((folder) => {
      const above = facts.rows('mounts').filter((row) => row.node === node && holdsPath(row, folder))
      const nearest = above.toSorted(byDepth)[0]
      return nearest === undefined ? [] : [{ row: nearest, folder }]
    }),
  )
}

const holdsPath = ({ path, options }: MountRow, folder: string): boolean =>
  options.length > 0 && (path === '/' || isBelow(folder, path))

const byDepth = (a: MountRow, b: MountRow): number =>
  b.path.length - a.path.length || (a.toldBy === b.toldBy ? 0 : a.toldBy === 'mounted' ? -1 : 1)
