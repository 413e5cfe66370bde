import type { Fact, Subject } from '#cluster/facts.ts'
import { nodeOfMessage } from '#cluster/queries.ts'
import type { MessageRow } from '#cluster/relations.ts'
import { isSameSubject } from '#cluster/subjects.ts'
import { defineDetector } from '#diagnosis/define-detector.ts'
import {
  explainsHere,
  findingsOf,
  type MessageSign,
  messageSigns,
  type Sign,
  sign,
} from '#diagnosis/signs.ts'
import { isStartHeldUp } from '#diagnosis/start-up.ts'
import type { View } from '#diagnosis/types.ts'
import { isBacked } from '#diagnosis/worth-saying.ts'
import type { Names } from '#failures/route-not-usable/names.ts'
import { ofRoutes } from '#failures/route-not-usable/routes.ts'

export interface RouteState {
  /** The first route that is wrong or was refused, where it is known. */
  readonly route: string | undefined
}

/**
 * Finds kernels whose routes cannot be used although BGP or Felix is well: refused because another route is in the way, missing,
 * a blackhole for what is elsewhere, unreachable, or not written at all.
 *
 * @see bird:sysdep/linux/netlink.c (nl_send_route), projectcalico/calico:felix/routetable/route_table.go
 */
export const detector = defineDetector<RouteState, Names>({
  needs: ['messages', 'routes'],
  uses: ['pods', 'nodes', 'bgpSessions', 'ipamBlocks', 'services', 'settings', 'ipPools', 'links'],
  judges: 'node',
  detect: (view) =>
    findingsOf([...messageSigns(view, said(view)), ...ofRoutes(view), ...ofConfiguration(view)], {
      judges: 'node',
      conclude: (own) =>
        isBacked(own, view, [
          'cross-node-traffic-failing',
          'pods-not-ready-on-node',
          'dataplane-not-programmed',
        ])
          ? {
              says: 'a kernel route is refused, missing or a dead end, though BGP and Felix are well',
              state: { route: view.rows('routes').find(({ type }) => type !== 'unicast')?.destination },
            }
          : undefined,
    }),
  explains: explainsHere,
  // Without a calico-node that runs nobody says which routes there should be; without BIRD nobody says that one is refused.
  isHidden: (about, view) => isStartHeldUp(view, about) || isWithoutBird(view, about),
})

const isWithoutBird = (view: View<Names>, about: Subject): boolean =>
  view.symptoms.some(
    (symptom) =>
      symptom.id === 'bird-not-running' && symptom.when === 'now' && isSameSubject(symptom.about, about),
  )

/** errno EEXIST, in C's and in Go's words. */
const exists = 'file exists'

const refused =
  (who: string, isEnough: (row: Fact<MessageRow>) => boolean): MessageSign =>
  (row) =>
    (row.message.params.error ?? '').trim().toLowerCase() === exists
      ? [
          isEnough(row) ? 'decisive' : 'strong',
          `${who}’s route is refused (file exists): another route to the same block is in the way`,
        ]
      : ['weak', `the kernel refused a route of ${who}’s`]

/** BIRD scans every two seconds: what is in its way only once may have been its own route a moment before. */
const isRepeated = ({ count }: Fact<MessageRow>): boolean => count > 1
const isSaidOnce = (): boolean => true

const said = (view: View<Names>): Readonly<Record<string, MessageSign>> => ({
  'bird/netlink-error': refused('BIRD', isRepeated),
  'bird/kernel-route-refused': refused('BIRD', isRepeated),
  'felix/route-add-failed': refused('Felix', isSaidOnce),
  'cni/route-add-failed': refused('the CNI plugin', isSaidOnce),
  'felix/route-sync-gave-up': ['weak', 'Felix gave up on the routes of an interface'],
  'felix/route-interface-up-refused': [
    'strong',
    'the kernel refuses Felix’ route though the interface is up',
  ],
  'felix/route-update-failed': ['weak', 'Felix’ routes were refused'],
  'bird/strange-next-hop': (row) => ofNextHop(view, row),
  'bird/next-hop-recursive': ['weak', 'a next hop is found only through another route of BIRD’s'],
})

/** The address that pods use as their gateway; every host answers for it itself. */
const podGateway = '169.254.1.1/32'

/** Usual on clouds, whose gateways are not on the link. A host's own address is a next hop to nowhere. */
function ofNextHop(
  view: View<Names>,
  row: Fact<MessageRow>,
): readonly ['decisive' | 'strong' | 'weak', string] {
  const { route = '', nextHop = '' } = row.message.params
  const says = `a route to ${route} goes by ${nextHop}, which is not on the link`
  if (isOwn(view, nodeOfMessage(view, row), nextHop))
    return ['decisive', `${says}: it is the host’s own address`]
  return [route === podGateway ? 'strong' : 'weak', says]
}

const isOwn = (view: View<Names>, node: string | undefined, address: string): boolean =>
  view
    .rows('nodes')
    .some((row) => row.name === node && [row.internalIp, row.calicoIpv4?.split('/')[0]].includes(address)) ||
  view.rows('routes').some((row) => row.node === (node ?? '') && row.in === 'host' && row.source === address)

/** BIRD's configuration that writes no route to the kernel, or gives none to its peers. */
const ofConfiguration = (view: View<Names>): readonly Sign[] => {
  const rows = view.rows('settings').filter(({ of }) => of === 'bird')
  const programming = rows.filter(({ name }) => name === 'filter calico_kernel_programming')
  const isClosed = programming.length > 0 && programming.every(({ value }) => value.trim() === 'reject;')
  return rows.flatMap((row) => {
    if (row.value === 'none' && row.name === 'protocol kernel export')
      return [
        sign(
          row,
          'decisive',
          'bird.cfg: the kernel protocol exports nothing, so no route reaches the kernel',
        ),
      ]
    if (row.value === 'none' && row.name === 'template bgp_template export')
      return [sign(row, 'decisive', 'bird.cfg: peers are given no routes')]
    return isClosed && programming.includes(row)
      ? [sign(row, 'decisive', 'bird_ipam.cfg: the filter for the kernel rejects every route')]
      : []
  })
}
