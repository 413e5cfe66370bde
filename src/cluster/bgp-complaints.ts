/**
 * Who complains about whom. In a mesh everybody reports the one bad peer, so the pod that is not ready is often the healthy
 * one: what counts is how many complain about an address, and in which words.
 */
import { bareAddress } from '#cluster/addresses.ts'
import type { Fact, Provenance, Reads, Subject } from '#cluster/facts.ts'
import { conditionOf, nodeOfMessage, nodeWithAddress, placeOfMessage } from '#cluster/queries.ts'
import type { BgpSessionRow, MessageRow, NodeRow } from '#cluster/relations.ts'
import { clusterSubject, isSameSubject, nodeSubject, renderSubject } from '#cluster/subjects.ts'
import { isNetworkNotReady } from '#cluster/symptoms/node-conditions.ts'
import { isProbeStillSo } from '#cluster/symptoms/probe-still-so.ts'

/**
 * - `silent`: BIRD dials (or waits) and has nothing to tell: packets are dropped, or it has just begun.
 * - `half-open`: TCP is there and BGP's greeting does not come through.
 * - `refused`: the peer's machine answers, nobody listens. `unreachable`: no answer to ARP, or a firewall rejects.
 * - `no-network`: this machine has no route to the peer. `reset`: the connection was cut.
 * - `answered`: the peer spoke BGP and said why not. `left`: it took its leave, as BIRD does when it is ended in order.
 * - `no-listener`, `no-address`, `no-key`: this side cannot: its port is taken, its address is not there, the kernel cannot sign.
 * - `waiting`: the session is up, and its routes are waited for.
 * - `untold`: only the readiness probe speaks, which never says why.
 */
export type SessionTrouble =
  | 'silent'
  | 'half-open'
  | 'timed-out'
  | 'refused'
  | 'unreachable'
  | 'no-network'
  | 'reset'
  | 'answered'
  | 'left'
  | 'no-listener'
  | 'no-address'
  | 'no-key'
  | 'waiting'
  | 'untold'

export interface BgpComplaint {
  /** Where it was said. */
  readonly by: Subject
  /** The peer's address; '' where the table was cut. */
  readonly peer: string
  readonly trouble: SessionTrouble
  readonly from: Provenance
}

/** An address that somebody complains about. */
export interface AccusedPeer {
  readonly address: string
  /** The node that has this address, where it is known. */
  readonly node: Fact<NodeRow> | undefined
  readonly complaints: readonly BgpComplaint[]
  /** How many places complain about it, and whether these are all that complain of anything. */
  readonly by: number
  readonly isByAll: boolean
  /** Some other place has a session with it. */
  readonly isUpElsewhere: boolean
}

type Names = 'bgpSessions' | 'messages' | 'pods' | 'nodes'

/** Sessions that are down, and what readiness probes say where no table of sessions was shown. Only what still holds. */
export function bgpComplaints(view: Reads<Names>): readonly BgpComplaint[] {
  const messages = view.rows('messages')
  const beside = [view.rows('bgpSessions'), view.rows('pods'), view.rows('nodes')]
  const known = complaintsOf.get(messages)
  if (known?.beside.every((rows, at) => rows === beside[at])) return known.complaints
  const complaints = complaintsIn(view)
  complaintsOf.set(messages, { beside, complaints })
  return complaints
}

/** Asked for each symptom and each cause, of the same rows. */
const complaintsOf = new WeakMap<
  readonly Fact<MessageRow>[],
  { readonly beside: readonly (readonly object[])[]; readonly complaints: readonly BgpComplaint[] }
>()

function complaintsIn(view: Reads<Names>): readonly BgpComplaint[] {
  const sessions = view.rows('bgpSessions')
  const readOn = new Set(sessions.map(({ node }) => node))
  const misplaced = new Set(sessions.filter((row) => isMisplaced(view, row)).map(({ node }) => node))
  const told = view
    .rows('messages')
    .filter(({ message }) => message.id === 'health/bgp-not-established')
    .filter((row) => !readOn.has(nodeOfMessage(view, row) ?? '') && isProbeStillSo(view, row))
  return [
    ...sessions
      .filter(({ up }) => !up)
      .map((row) => ({
        by: misplaced.has(row.node) ? clusterSubject : nodeSubject(row.node),
        peer: row.peer,
        trouble: troubleOf(row),
        from: row.from,
      })),
    ...told.flatMap((row) => {
      const by = placeOf(view, row)
      return peersIn(row.message.params.peers).map((peer) => ({
        by,
        peer,
        trouble: 'untold' as const,
        from: row.from,
      }))
    }),
  ]
}

/** A table that names its own node, which is off: it was pasted beside that node's name, and read elsewhere. */
function isMisplaced(view: Reads<'nodes'>, { node, peer }: BgpSessionRow): boolean {
  const own = nodeWithAddress(view, peer)
  return own !== undefined && own.name === node && downReason(own) !== undefined
}

/** No probe names its own node: a line without a place was taken for one of the only sick node. */
function placeOf(view: Reads<'nodes' | 'pods'>, row: MessageRow): Subject {
  const place = placeOfMessage(view, row)
  const names = peersIn(row.message.params.peers).map((peer) => nodeWithAddress(view, peer)?.name)
  return place.kind === 'node' && names.includes(place.name) ? clusterSubject : place
}

/** The addresses of a probe's message: separated by commas, with `.port.1790` behind one that has another port. */
export const peersIn = (peers: string | undefined): readonly string[] =>
  (peers ?? '')
    .split(',')
    .map((peer) => bareAddress(peer.replace(/[.:]port[.:]\d+$/, '')))
    .filter(Boolean)

/** Whether somebody complains about a session at this place; true as well where the place of one of the two is not known. */
export const isComplainer = (complaints: readonly BgpComplaint[], about: Subject): boolean =>
  complaints.some(({ by }) => by.kind === 'cluster' || about.kind === 'cluster' || isSameSubject(by, about))

/** Whom people complain about, the most accused first. */
export function accusedPeers(view: Reads<Names>): readonly AccusedPeer[] {
  const complaints = bgpComplaints(view).filter(({ peer }) => peer !== '')
  const up = view.rows('bgpSessions').filter((row) => row.up)
  const places = new Set(complaints.map(({ by }) => renderSubject(by)))
  return [...Map.groupBy(complaints, ({ peer }) => peer)]
    .map(([address, own]): AccusedPeer => {
      const node = nodeWithAddress(view, address)
      const by = new Set(own.map((one) => renderSubject(one.by)))
      // Whom all others accuse complains as well, about them: that is no second opinion.
      const others = [...places].filter((place) => place !== renderSubject(nodeSubject(node?.name ?? '?')))
      return {
        address,
        node,
        complaints: own,
        by: by.size,
        isByAll: others.every((place) => by.has(place)),
        isUpElsewhere: up.some(({ peer }) => peer === address),
      }
    })
    .toSorted((a, b) => b.by - a.by || (a.address < b.address ? -1 : 1))
}

/**
 * Why the machine of a node is thought to be off or gone: nobody hears its kubelet. A node that waits for its pod network is
 * on. Undefined where nothing says so.
 */
export function downReason(node: NodeRow | undefined): string | undefined {
  const ready = node === undefined ? undefined : conditionOf(node, 'Ready')
  if (node === undefined || ready === undefined || ready.status === 'True' || isNetworkNotReady(ready))
    return undefined
  if (ready.status === 'Unknown') return `nobody hears from ${node.name}`
  // `kubectl get nodes` prints NotReady for both.
  return ready.reason === undefined ? `${node.name} is NotReady` : undefined
}

/** What a session's state and its last error say. BIRD's words: proto/bgp/bgp.c (bgp_get_status), and C's strerror. */
export function troubleOf({ state, info = '' }: Pick<BgpSessionRow, 'state' | 'info'>): SessionTrouble {
  const known = words.find(([pattern]) => pattern.test(info))?.[1]
  if (known !== undefined) return known
  if (/^(?:wait|feed|Established)$/i.test(state)) return 'waiting'
  return /^(?:OpenSent|OpenConfirm)$/i.test(state) ? 'half-open' : 'silent'
}

const words: readonly (readonly [RegExp, SessionTrouble])[] = [
  [/^Received: Administrative shutdown/i, 'left'],
  [/^Received:/, 'answered'],
  [/connection refused/i, 'refused'],
  [/no route to host|host is unreachable/i, 'unreachable'],
  [/network is unreachable/i, 'no-network'],
  [/timed out/i, 'timed-out'],
  [/reset by peer|connection closed|broken pipe/i, 'reset'],
  [/no listening socket|address (?:already )?in use/i, 'no-listener'],
  [/address not available|cannot assign|invalid local/i, 'no-address'],
  [/MD5/, 'no-key'],
  [/hold timer expired/i, 'silent'],
  [/^(?:BGP )?Error: (?!neighbor lost|link down|graceful)/i, 'answered'],
]
