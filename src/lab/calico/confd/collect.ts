import type { BGPConfiguration, BGPFilter, BGPPeer, IPPool, SecretKeyRef } from '#lab/api/objects.ts'
import {
  type BgpData,
  type BgpNode,
  type BgpPool,
  noServiceRoutes,
  type PrefixCommunities,
  type ServiceRoutes,
} from '#lab/calico/confd/data.ts'
import { seconds } from '#lab/calico/confd/duration.ts'
import { peersOf } from '#lab/calico/confd/peers.ts'
import type { SecretWatcher } from '#lab/calico/confd/secrets.ts'
import type { Sources } from '#lab/calico/confd/sources.ts'
import { type Log, raw } from '#lab/calico/log.ts'

type Spec = BGPConfiguration['spec']

/** What the environment of confd decides. */
export interface ConfdSettings {
  readonly nodeName: string
  readonly routerId: string
}

/** The cluster's state as the templates of one node see it. Says what it cannot use. */
export function collect(
  sources: Sources,
  o: ConfdSettings & {
    readonly secrets: SecretWatcher
    readonly log: Log
    readonly services?: ServiceRoutes
  },
): BgpData {
  const { nodeName, routerId } = o
  const global = sources.configurations.get('default')?.spec ?? {}
  const own = sources.configurations.get(`node.${nodeName}`)?.spec
  const asNumber = global.asNumber ?? 64512
  const ports = nodePorts(sources.configurations.list())
  const peers = peersOf(sources.peers.list(), {
    nodeName,
    nodes: sources.nodes,
    asNumber,
    ...(global.listenPort ? { listenPort: global.listenPort } : {}),
    listenPorts: ports,
    password: (peer) => peerPassword(peer, o),
    complain: (says) => o.log.error('client.go 590', says),
  })
  const mesh = global.nodeToNodeMeshEnabled ?? true
  return {
    nodeName,
    nodes: nodesOf(sources, nodeName, mesh).map((node) => withPort(node, ports.get(node.name))),
    pools: sources.pools.list().filter(isV4).map(bgpPool),
    blocks: sources.blocks(),
    peers,
    filters: sources.filters.list().map(bgpFilter),
    asNumber,
    meshEnabled: mesh,
    ...meshOptions(global, o),
    ...(global.listenPort ? { listenPort: global.listenPort } : {}),
    ...(own?.listenPort ? { nodeListenPort: own.listenPort } : {}),
    bindsNodeAddress: global.bindMode === 'NodeIP',
    ignoredInterfaces: global.ignoredInterfaces ?? [],
    logLevel: logLevel(own?.logSeverityScreen ?? global.logSeverityScreen),
    routerId,
    communities: own?.prefixAdvertisements ? communitiesOf(own) : communitiesOf(global),
    services: o.services ?? noServiceRoutes,
  }
}

/** The secrets that passwords are kept in. */
export function passwordReferences(sources: Sources): readonly SecretKeyRef[] {
  const mesh = sources.configurations.get('default')?.spec.nodeMeshPassword
  const peers = sources.peers.list().flatMap(({ spec }) => spec.password ?? [])
  return mesh ? [...peers, mesh] : peers
}

/** All nodes for the mesh; only itself where there is none, so that other nodes' changes do not concern it. */
function nodesOf(sources: Sources, nodeName: string, mesh: boolean): readonly BgpNode[] {
  const own = sources.nodes.get(nodeName)
  if (mesh && own?.routeReflectorClusterId === undefined) return sources.nodes.all()
  return own ? [own] : []
}

const withPort = (node: BgpNode, port: number | undefined): BgpNode =>
  port === undefined ? node : { ...node, listenPort: port }

function nodePorts(configurations: readonly BGPConfiguration[]): ReadonlyMap<string, number> {
  const found = new Map<string, number>()
  for (const { metadata, spec } of configurations)
    if (metadata.name.startsWith('node.') && spec.listenPort)
      found.set(metadata.name.slice(5), spec.listenPort)
  return found
}

function peerPassword(
  { metadata, spec }: BGPPeer,
  { secrets, log }: { readonly secrets: SecretWatcher; readonly log: Log },
): string | undefined {
  const reference = spec.password?.secretKeyRef
  if (!reference) return undefined
  const answer = secrets.read(reference)
  if (answer.ok) return answer.password
  log.warn('client.go 500', `Can't read password for BGPPeer ${metadata.name}`, { error: raw(answer.error) })
  return undefined
}

function meshOptions(
  { nodeMeshPassword, nodeMeshMaxRestartTime }: Spec,
  { secrets, log }: { readonly secrets: SecretWatcher; readonly log: Log },
): Pick<BgpData, 'meshPassword' | 'meshRestartSeconds'> {
  const restart = seconds(nodeMeshMaxRestartTime)
  const time = restart === undefined ? {} : { meshRestartSeconds: restart }
  const reference = nodeMeshPassword?.secretKeyRef
  if (!reference) return time
  const answer = secrets.read(reference)
  if (answer.ok) return { ...time, meshPassword: answer.password }
  const where = `${reference.name}:${reference.key}`
  const says = `Can't read password referenced by BGP Configuration default in secret ${where}`
  log.warn('client.go 1466', says, { error: raw(answer.error) })
  return time
}

const isV4 = ({ spec }: IPPool): boolean => !spec.cidr.includes(':')

function bgpPool({ spec }: IPPool): BgpPool {
  const ipip = spec.ipipMode ?? 'Never'
  return {
    cidr: spec.cidr,
    ipip: ipip === 'CrossSubnet' ? 'cross-subnet' : ipip === 'Always' ? 'always' : 'never',
    vxlan: (spec.vxlanMode ?? 'Never') !== 'Never',
    disableBgpExport: spec.disableBGPExport === true,
  }
}

const bgpFilter = ({ metadata, spec }: BGPFilter) => ({
  name: metadata.name,
  imports: spec.importV4 ?? [],
  exports: spec.exportV4 ?? [],
})

/** Values, or names that the same resource gives values to; unknown names are passed over. */
function communitiesOf({ prefixAdvertisements, communities = [] }: Spec): readonly PrefixCommunities[] {
  const value = (name: string): readonly string[] =>
    /^\d+(:\d+){1,2}$/.test(name)
      ? [name]
      : communities.filter((each) => each.name === name).map((each) => each.value)
  return (prefixAdvertisements ?? [])
    .filter(({ cidr }) => !cidr.includes(':'))
    .map((each) => ({
      cidr: each.cidr,
      communities: [...new Set(each.communities.flatMap(value))].sort(),
    }))
}

/** Anything but debug and info renders as none. */
function logLevel(severity: string | undefined): BgpData['logLevel'] {
  const level = severity?.toLowerCase()
  if (level === undefined || level === 'info') return 'info'
  return level === 'debug' ? 'debug' : 'none'
}
