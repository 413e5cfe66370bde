import { isAccountUnread } from '#cluster/account-question.ts'
import {
  type AccusedPeer,
  type BgpComplaint,
  downReason,
  type SessionTrouble,
} from '#cluster/bgp-complaints.ts'
import type { Fact } from '#cluster/facts.ts'
import { conditionOf, nodeWithAddress } from '#cluster/queries.ts'
import type { FilterChainRow, FilterRuleRow, ReachabilityRow } from '#cluster/relations.ts'
import { sessionBorders } from '#cluster/session-borders.ts'
import { clusterSubject, nodeSubject, renderSubject } from '#cluster/subjects.ts'
import { type Sign, sign } from '#diagnosis/signs.ts'
import type { View, Weight } from '#diagnosis/types.ts'
import { bgp, namesBgp } from '#failures/bgp-port-179-blocked/filters.ts'
import type { Names } from '#failures/bgp-port-179-blocked/names.ts'

const here = clusterSubject
const onNode = (node: string): string => (node === '' ? '' : ` on ${node}`)

export const ofRules = (
  rules: readonly Fact<FilterRuleRow>[],
  closed: readonly (Fact<FilterRuleRow> | Fact<FilterChainRow>)[],
  isComplaint: boolean,
): readonly Sign[] => [
  ...rules.map((rule) =>
    sign(
      rule,
      'decisive',
      `a rule in ${rule.chain}${onNode(rule.node)} ${verbs[rule.target]} port 179`,
      here,
    ),
  ),
  ...closed
    .filter(() => isComplaint)
    .map((row) =>
      sign(row, 'strong', `the packet filter${onNode(row.node)} lets no peer dial port 179`, here),
    ),
]

const verbs: Readonly<Record<string, string>> = { DROP: 'drops', REJECT: 'rejects' }

/** Tests of port 179 from a host, read beside what else was tested with the same machine. */
export const ofTests = (view: View<Names>): readonly Sign[] => [
  ...view
    .rows('reachability')
    .filter(
      ({ port, protocol, in: where, to }) =>
        port === bgp && protocol === 'tcp' && where === 'host' && !isSelf(to),
    )
    .flatMap((row) => {
      const [weight, says] = meaningOfTest(view, row) ?? []
      return weight === undefined || says === undefined ? [] : [sign(row, weight, says, here)]
    }),
  ...view
    .rows('captures')
    .filter(({ port, protocol }) => port === bgp || protocol === 'bgp')
    .flatMap((row) => {
      if (row.shows === 'prohibited')
        return [sign(row, 'decisive', 'a packet to port 179 was rejected by a firewall', here)]
      return row.shows === 'retransmission'
        ? [sign(row, 'strong', 'packets to port 179 are sent again and again', here)]
        : []
    }),
]

const isSelf = (to: string): boolean => to.startsWith('127.') || to === 'localhost' || to === '::1'

function meaningOfTest(view: View<Names>, row: Fact<ReachabilityRow>): readonly [Weight, string] | undefined {
  const whom = `${row.to}:179`
  if (row.outcome === 'ok') return ['against', `${whom} takes connections`]
  if (row.outcome === 'refused') return ['against', `${whom} is reached, and nobody listens there`]
  if (row.outcome !== 'timed-out' && row.outcome !== 'no-route') return undefined
  const others = view
    .rows('reachability')
    .filter((other) => other.to === row.to && other !== row && other.port !== bgp)
  if (others.some(({ outcome }) => outcome === 'ok' || outcome === 'refused'))
    return ['decisive', `${row.to} answers, only its port 179 does not`]
  const isGone =
    downReason(nodeWithAddress(view, row.to)) !== undefined || others.some(({ outcome }) => outcome !== 'ok')
  return isGone
    ? ['weak', `${row.to} answers to nothing, port 179 included`]
    : ['decisive', `a connection to ${whom} ${row.outcome === 'no-route' ? 'is rejected' : 'gets no answer'}`]
}

/** One sign for each kind of complaint, so that many peers do not weigh more than one fact. */
export function ofSessions(view: View<Names>, peers: readonly AccusedPeer[]): readonly Sign[] {
  const isMany = peers.length > 1 || peers.some(({ by }) => by > 1)
  const isWell = peers.some(({ node }) => node !== undefined && conditionOf(node, 'Ready')?.status === 'True')
  const noAnswer = meaningOfSilence(view, isMany || isWell)
  const weights: Readonly<Partial<Record<SessionTrouble, readonly [Weight, string]>>> = {
    silent: noAnswer,
    'timed-out': noAnswer,
    'half-open': ['strong', 'TCP to the peers is there, and BGP’s OPEN gets lost on the way'],
    unreachable: [
      isMany && isWell ? 'strong' : 'weak',
      'peers are “unreachable”: a firewall rejects, or they are gone',
    ],
    untold: ['weak', 'BGP is not established with peers whose addresses look normal'],
    refused: ['against', 'peers refuse: their machines answer, and nobody listens'],
    answered: ['against', 'peers answer, and say why they refuse'],
    'no-listener': ['against', 'this side itself does not listen'],
    'no-address': ['against', 'this side itself lacks its address'],
    'no-key': ['against', 'this side cannot sign its sessions'],
  }
  const complaints = peers.flatMap((peer) => peer.complaints)
  const misplaced = peers.filter(isMisplaced)
  const isBeside = isMeshSilent(complaints, misplaced)
  const signs = complaints.flatMap(({ trouble, from }) => {
    const meaning = weights[trouble]
    if (meaning === undefined || (isBeside && meaning[0] === 'against')) return []
    return [sign({ from }, meaning[0], meaning[1], here)]
  })
  return isBeside ? signs : [...signs, ...ofOtherAddresses(misplaced)]
}

/**
 * Where silence ends with a network, port 179 gets through within it: whatever keeps the two apart may do it, to all their traffic. On a
 * provider's infrastructure rules of the account keep all traffic apart as easily.
 */
function meaningOfSilence(view: View<Names>, isTelling: boolean): readonly [Weight, string] {
  if (sessionBorders(view).length > 0)
    return ['weak', 'BIRD gets no answer from peers of other networks, and those within its own are up']
  if (isAccountUnread(view))
    return ['weak', 'BIRD dials its peers and gets no answer, and nobody has read the rules of the account']
  return [isTelling ? 'strong' : 'weak', 'BIRD dials its peers and gets no answer at all']
}

/**
 * Several peers are silent that have nothing to do with those that answer or are registered with another address, nor with a side
 * that has a trouble of its own: what is wrong with these is another matter.
 */
function isMeshSilent(complaints: readonly BgpComplaint[], misplaced: readonly AccusedPeer[]): boolean {
  const answering = new Set([
    ...complaints.flatMap(({ trouble, peer }) => (ofPeer.has(trouble) ? peer : [])),
    ...misplaced.map(({ address }) => address),
  ])
  const troubled = new Set([
    ...complaints.flatMap(({ trouble, by }) => (ofOwnSide.has(trouble) ? renderSubject(by) : [])),
    ...misplaced.map(({ node }) => renderSubject(nodeSubject(node?.name))),
  ])
  const silent = complaints.filter(
    ({ trouble, peer, by }) =>
      unanswered.has(trouble) && !answering.has(peer) && !troubled.has(renderSubject(by)),
  )
  return new Set(silent.map(({ peer }) => peer)).size > 1
}

const unanswered: ReadonlySet<SessionTrouble> = new Set(['silent', 'timed-out', 'half-open', 'unreachable'])
const ofPeer: ReadonlySet<SessionTrouble> = new Set(['refused', 'answered', 'left'])
const ofOwnSide: ReadonlySet<SessionTrouble> = new Set(['no-listener', 'no-address', 'no-key'])

/** The registered address is another than Kubernetes': nobody listens there, blocked or not. */
const isMisplaced = ({ address, node }: AccusedPeer): boolean =>
  node?.internalIp !== undefined && node.internalIp !== address

const ofOtherAddresses = (misplaced: readonly AccusedPeer[]): readonly Sign[] =>
  misplaced.flatMap(({ address, node }) =>
    node === undefined
      ? []
      : [sign(node, 'against', `${address} is not the InternalIP of ${node.name}`, here)],
  )

/** Acts and circumstances count beside a complaint about BGP only. */
export function ofPeople(view: View<Names>, isComplaint: boolean): readonly Sign[] {
  if (!isComplaint) return []
  const opened = view.rows('attempts').flatMap((row) => {
    const isOfBgp = row.act === 'open-port' && namesBgp(row.after?.split('/')[0])
    const isOfFirewall = ['stop-firewall', 'allow-in-firewall', 'flush-rules'].includes(row.act)
    if (!isOfBgp && !isOfFirewall) return []
    if (row.outcome === 'cured')
      return [sign(row, 'strong', isOfBgp ? 'opening port 179 cured it' : 'it was the firewall', here)]
    if (row.outcome === 'no-change')
      return [sign(row, 'against', 'opening the firewall changed nothing', here)]
    return isOfBgp ? [sign(row, 'weak', 'somebody opened port 179', here)] : []
  })
  const active = view
    .rows('units')
    .filter(({ unit, active: state }) => firewalls.has(unit) && state === 'active')
    .map((row) => sign(row, 'weak', `${row.unit} is active`, here))
  const changed = view
    .rows('remarks')
    .filter(({ says }) => says === 'firewall-was-changed')
    .map((row) => sign(row, 'weak', 'a firewall was changed before', here))
  return [...opened, ...active, ...changed]
}

const firewalls = new Set(['firewalld', 'ufw', 'nftables', 'iptables'])
