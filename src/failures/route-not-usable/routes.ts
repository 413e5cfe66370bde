/** What a kernel's routing table says of routes that cannot be used. */
import { familyOf, holds } from '#cluster/addresses.ts'
import type { Fact } from '#cluster/facts.ts'
import { isComplete, nodeNamed } from '#cluster/queries.ts'
import type { BgpSessionRow, IpamBlockRow, RouteRow } from '#cluster/relations.ts'
import { settingsNamed } from '#cluster/settings.ts'
import { nodeSubject } from '#cluster/subjects.ts'
import { type Sign, sign } from '#diagnosis/signs.ts'
import { isFelixBehind } from '#diagnosis/start-up.ts'
import type { View } from '#diagnosis/types.ts'
import type { Names } from '#failures/route-not-usable/names.ts'

export function ofRoutes(view: View<Names>): readonly Sign[] {
  const rows = view.rows('routes').filter((row) => row.in === 'host')
  return [
    ...rows.filter(({ type }) => type === 'blackhole').flatMap((row) => ofBlackhole(view, row)),
    ...rows
      .filter(({ type, proto }) => type === 'unreachable' && isCalicos(proto))
      .map((row) => ofUnreachable(view, row)),
    ...twice(rows),
    ...missing(view, rows),
  ]
}

/** BIRD's routes, and Felix' own protocol. */
const isCalicos = (proto: string | undefined): boolean => proto === 'bird' || proto === '12' || proto === '80'

/**
 * A node's own block is a blackhole by intent: its pods have routes of their own, which are longer. A range wider than any block
 * can be, one that holds Services, or a block of another node is not.
 *
 * @see projectcalico/calico:api/pkg/apis/projectcalico/v3/ippool.go (blockSize: 20 to 32, 116 to 128)
 */
function ofBlackhole(view: View<Names>, row: Fact<RouteRow>): readonly Sign[] {
  const whose = ofServices(view, row.destination)
    ? 'the range of the Services'
    : isWiderThanBlocks(row.destination) && isCalicos(row.proto)
      ? 'a range wider than any block'
      : ofAnother(view, row)
  if (whose === undefined) return []
  return [sign(row, isCalicos(row.proto) ? 'decisive' : 'strong', `blackhole ${row.destination} is ${whose}`)]
}

const ofServices = (view: View<Names>, destination: string): boolean =>
  view
    .rows('services')
    .some(
      ({ clusterIp }) =>
        clusterIp !== undefined && familyOf(clusterIp) !== undefined && holds(destination, clusterIp),
    ) ||
  settingsNamed(view, ['apiserver', 'other', 'kube-proxy'], 'service-cluster-ip-range').some(({ value }) =>
    value.split(',').includes(destination),
  )

function isWiderThanBlocks(destination: string): boolean {
  const [address = '', length] = destination.split('/')
  return length !== undefined && Number(length) < (familyOf(address) === 6 ? 116 : 20)
}

const ofAnother = (view: View<Names>, { destination, node }: RouteRow): string | undefined => {
  const block = blocks(view).find(({ cidr }) => cidr === destination)
  return block === undefined || node === '' || block.node === node ? undefined : `the block of ${block.node}`
}

/** Blocks that are known to be a node's. */
const blocks = (view: View<Names>): readonly (IpamBlockRow & { readonly node: string })[] =>
  view
    .rows('ipamBlocks')
    .flatMap((row) => (row.kind === 'block' && row.node ? [{ ...row, node: row.node }] : []))

function ofUnreachable(view: View<Names>, row: Fact<RouteRow>): Sign {
  const own = view
    .rows('bgpSessions')
    .filter(({ node }) => node === row.node || node === '' || row.node === '')
  const says = `unreachable ${row.destination}: BIRD finds no way to the next hop`
  if (own.length > 0 && own.every(({ up }) => up))
    return sign(row, 'decisive', `${says}, and all peers are Established`)
  return sign(row, own.some(({ up }) => !up) ? 'weak' : 'strong', says)
}

/** One destination with two owners: the kernel keeps the first, or one of them by its metric. */
function twice(rows: readonly Fact<RouteRow>[]): readonly Sign[] {
  const unicast = rows.filter(({ type }) => type === 'unicast')
  const wayOf = ({ node, destination }: RouteRow): string => `${node} ${destination}`
  const others = Map.groupBy(
    unicast.filter(({ proto }) => !isCalicos(proto)),
    wayOf,
  )
  return unicast.flatMap((row) => {
    const isOurs = isCalicos(row.proto) && row.destination !== 'default'
    const other = isOurs ? others.get(wayOf(row))?.[0] : undefined
    return other === undefined
      ? []
      : [
          sign(
            other,
            'strong',
            `${row.destination} has a second route that is not Calico’s (${other.dev ?? other.via ?? ''})`,
          ),
        ]
  })
}

/** A whole table that lacks another node's block, though there is a session with that node. */
function missing(view: View<Names>, rows: readonly Fact<RouteRow>[]): readonly Sign[] {
  const tables = [...Map.groupBy(rows, ({ node }) => node)].filter(
    ([node]) => node !== '' && isComplete(view.coverage('routes', nodeSubject(node))),
  )
  return blocks(view).flatMap((block) => {
    const told = tables.filter(([node]) => block.node !== node && hasSession(view, node, block.node))
    const without = told.filter(([, own]) => !own.some((route) => leadsTo(route, block)))
    // What nobody has, its own node may have told nobody: a Typha without news keeps its block from it.
    const isNobodys =
      without.length > 1 && without.length === told.length && !rows.some(({ node }) => node === block.node)
    return without
      .filter(
        ([node]) =>
          !isUntold(block, rows) &&
          !isHeldBack(view, node, block.node) &&
          !isWithoutDevice(view, node, block),
      )
      .flatMap(([node, [first]]) =>
        first === undefined
          ? []
          : [
              sign(
                first,
                isNobodys ? 'weak' : weightOfMissing(view, node, block),
                `no route to ${block.cidr} of ${block.node}, though the session with it is Established`,
              ),
            ],
      )
  })
}

function weightOfMissing(
  view: View<Names>,
  node: string,
  block: IpamBlockRow & { readonly node: string },
): Sign['weight'] {
  if (isByFelix(view, block) && isFelixBehind(view, nodeSubject(node))) return 'weak'
  // Whom nobody has asked may come and go, and have told nothing since the session is back.
  return sessionsBetween(view, block.node, node).length === 0 ? 'strong' : 'decisive'
}

const leadsTo = ({ destination }: RouteRow, { cidr }: IpamBlockRow): boolean =>
  destination.includes('/') && destination !== '0.0.0.0/0' && holds(destination, cidr.split('/')[0] ?? '')

/** Its own node has not written it either (Felix there is behind, say), so that BIRD there tells nobody of it. */
function isUntold({ cidr, node }: IpamBlockRow, rows: readonly Fact<RouteRow>[]): boolean {
  const own = rows.filter((row) => row.node === node)
  return own.length > 0 && !own.some(({ destination }) => destination === cidr)
}

/**
 * Felix writes routes over VXLAN as soon as it has the device, and the kernel drops them with its address: that one of these is missing
 * is what is wrong, not they.
 */
function isWithoutDevice(view: View<Names>, node: string, block: IpamBlockRow): boolean {
  const isThere = view
    .rows('links')
    .some(
      (link) =>
        link.node === node && link.in === 'host' && link.name === vxlanDevice && link.addresses?.length !== 0,
    )
  return isByFelix(view, block) && isComplete(view.coverage('links', nodeSubject(node))) && !isThere
}

/** Routes of pools with VXLAN are Felix' own, all others BIRD's. */
function isByFelix(view: View<Names>, { cidr }: IpamBlockRow): boolean {
  const pool = view.rows('ipPools').find((one) => holds(one.cidr, cidr.split('/')[0] ?? ''))
  return pool?.encapsulation === 'vxlan'
}

const vxlanDevice = 'vxlan.calico'

const hasSession = (view: View<Names>, node: string, other: string): boolean =>
  sessionsBetween(view, node, other).some(({ up }) => up)

/**
 * By the table of the other end it is not up: a BIRD that recovers from its own restart has the session Established, and gives out no
 * routes for up to 240 s (`wait`).
 *
 * @see bird:nest/proto.c (proto_state_name, graceful_restart_recovery)
 */
function isHeldBack(view: View<Names>, node: string, other: string): boolean {
  const theirs = sessionsBetween(view, other, node)
  return theirs.length > 0 && !theirs.some(({ up }) => up)
}

/** The sessions with the other as this node shows them. */
function sessionsBetween(view: View<Names>, node: string, other: string): readonly BgpSessionRow[] {
  const peer = nodeNamed(view, other)
  const addresses = [peer?.internalIp, peer?.calicoIpv4?.split('/')[0]]
  return view.rows('bgpSessions').filter((row) => row.node === node && addresses.includes(row.peer))
}
