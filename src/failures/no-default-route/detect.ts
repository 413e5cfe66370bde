import { familyOf, holds } from '#cluster/addresses.ts'
import { type ApiContact, apiContacts } from '#cluster/api-contacts.ts'
import { bgpComplaints } from '#cluster/bgp-complaints.ts'
import type { Fact } from '#cluster/facts.ts'
import { isComplete } from '#cluster/queries.ts'
import type { RouteRow } from '#cluster/relations.ts'
import { isServiceAddress, serviceAddress } from '#cluster/service-address.ts'
import { isSameSubject, nodeSubject } from '#cluster/subjects.ts'
import { contactSigns } from '#diagnosis/contact-signs.ts'
import { defineDetector } from '#diagnosis/define-detector.ts'
import { explainsHere, findingsOf, messageSigns, type Sign, sign } from '#diagnosis/signs.ts'
import type { View, Weight } from '#diagnosis/types.ts'
import { isWorthSaying } from '#diagnosis/worth-saying.ts'

export interface NoRouteState {
  /** What has no route, as far as it was told. */
  readonly address: string | undefined
}

type Names = 'messages' | 'pods' | 'nodes' | 'services' | 'routes' | 'reachability' | 'bgpSessions'

/**
 * Finds hosts without a route for the Service address of the API server: mostly the default route is gone. The kernel looks for a
 * route before kube-proxy's NAT gets the packet, so even an address that is never on the wire needs one.
 *
 * @see golang/go:src/syscall/zerrors_linux_amd64.go (ENETUNREACH, “network is unreachable”)
 */
export const detector = defineDetector<NoRouteState, Names>({
  needs: ['messages', 'routes'],
  uses: ['pods', 'nodes', 'services', 'reachability', 'bgpSessions'],
  judges: 'node',
  detect: (view) => {
    const unreachable = apiContacts(view).filter(({ outcome }) => outcome === 'unreachable')
    const signs = [
      ...contactSigns(unreachable, (contact) => meaningOf(view, contact)),
      ...ofTests(view),
      ...ofSessions(view),
      ...ofTables(view),
      ...messageSigns(view, {
        'hearsay/no-default-route': ['strong', 'a host has no default route, as somebody says'],
      }),
    ]
    return findingsOf(signs, {
      judges: 'node',
      conclude: (own) =>
        isWorthSaying(own, view, typical)
          ? {
              says: 'the host has no route for the Service address: its default route is missing',
              state: { address: unreachable[0]?.address },
            }
          : undefined,
    })
  },
  explains: explainsHere,
})

const typical = [
  'api-unreachable',
  'sandbox-creation-failing',
  'calico-node-start-failing',
  'cni-install-failing',
]

function meaningOf(view: View<Names>, { address, port }: ApiContact): readonly [Weight, string] {
  const isOfService = isServiceAddress(view, { address, port })
  // A Service with an IPv6 address on a host that has no IPv6 at all is another story.
  if (isOfService && familyOf(address ?? '') === 4)
    return ['decisive', `the kernel has no route for the Service address ${address}`]
  return [isOfService ? 'strong' : 'weak', `the kernel has no route for ${address ?? 'the API server'}`]
}

const ofTests = (view: View<Names>): readonly Sign[] =>
  view
    .rows('reachability')
    .filter((row) => row.in === 'host' && row.outcome === 'unreachable')
    .map((row) => {
      const isOfService = isServiceAddress(view, { address: row.to, port: String(row.port ?? 443) })
      return sign(row, isOfService ? 'decisive' : 'strong', `the host has no route for ${row.to}`)
    })

const ofSessions = (view: View<Names>): readonly Sign[] =>
  bgpComplaints(view)
    .filter(({ trouble }) => trouble === 'no-network')
    .map(({ from, by }) => sign({ from }, 'strong', 'peers of other networks are unreachable: no route', by))

/** Tables of the main table of a host, by family. Two routes are the least that a host with a network has. */
function ofTables(view: View<Names>): readonly Sign[] {
  const rows = view.rows('routes').filter((row) => row.in === 'host' && row.family === 4)
  return [...Map.groupBy(rows, ({ node }) => node)].flatMap(([node, own]) => {
    const [first] = own
    const about = nodeSubject(node)
    const wanted = serviceAddress(view)
    const found = own.find((row) => isDefault(row) || (wanted !== undefined && isWayTo(row, wanted)))
    if (first === undefined) return []
    if (found !== undefined)
      return isTold(view, node)
        ? [sign(found, 'against', `there is a route: ${found.destination}`, about)]
        : []
    const isWhole = isComplete(view.coverage('routes', about))
    if (isWhole)
      return [sign(first, 'decisive', 'the host’s whole routing table has no default route', about)]
    return own.length > 2 && isTold(view, node)
      ? [sign(first, 'strong', 'the routing table that was shown has no default route', about)]
      : []
  })
}

/** Two halves of everything stand for it, as VPNs set them. */
const isDefault = ({ destination, type }: Fact<RouteRow>): boolean =>
  type === 'unicast' && ['default', '0.0.0.0/0', '0.0.0.0/1'].includes(destination)

const isWayTo = ({ destination, type }: Fact<RouteRow>, address: string): boolean =>
  type === 'unicast' && destination.includes('/') && holds(destination, address)

/** Somebody there says that a network is unreachable. */
const isTold = (view: View<Names>, node: string): boolean =>
  view
    .rows('messages')
    .some(
      (row) =>
        row.message.id === 'dial/unreachable' &&
        (!row.node || node === '' || isSameSubject(nodeSubject(row.node), nodeSubject(node))),
    ) || view.symptoms.some(({ id, when }) => when === 'now' && typical.includes(id))
