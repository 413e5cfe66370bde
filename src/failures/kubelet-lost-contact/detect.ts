import { accusedPeers, type SessionTrouble } from '#cluster/bgp-complaints.ts'
import type { Fact, Reads, Subject } from '#cluster/facts.ts'
import { endedKubeletCertificates } from '#cluster/kubelet-certificates.ts'
import { lockedHosts } from '#cluster/locked-hosts.ts'
import { infrastructureOf } from '#cluster/managed.ts'
import {
  figures,
  isFlapping,
  type NodeTransitions,
  nodeTransitions,
  unexplainedDrops,
  unexplainedStarts,
} from '#cluster/node-transitions.ts'
import { sizeLimit } from '#cluster/pod-traffic.ts'
import { conditionOf, nodeNamed, nodeNames, nodeOfMessage } from '#cluster/queries.ts'
import { isOfStranger, requestsInVain } from '#cluster/refused-certificates.ts'
import type { ConditionRow, NodeRow } from '#cluster/relations.ts'
import { silenceOf, unheard } from '#cluster/silent-nodes.ts'
import { isSameSubject, nodeSubject, renderSubject } from '#cluster/subjects.ts'
import { conditionSource, isNetworkNotReady } from '#cluster/symptoms/node-conditions.ts'
import { isRecent, recordMs } from '#cluster/symptoms/recency.ts'
import type { Symptom } from '#cluster/symptoms.ts'
import { defineDetector } from '#diagnosis/define-detector.ts'
import type { Evidence, Finding, View } from '#diagnosis/types.ts'
import { answerEvidence, machineEvidence, portEvidence } from '#failures/kubelet-lost-contact/machine.ts'

type Names =
  | 'nodes'
  | 'events'
  | 'pods'
  | 'messages'
  | 'bgpSessions'
  | 'hostEndpoints'
  | 'policies'
  | 'reachability'
  | 'certificates'
  | 'units'
  | 'signingRequests'

export interface KubeletLostContactState {
  /** `undefined` where the text does not name the node. */
  readonly node: string | undefined
  /** `steady`: silent now. `flapping`: comes and goes. `never`: has not reported since the node was registered. */
  readonly kind: 'steady' | 'flapping' | 'never'
}

/**
 * Finds nodes whose kubelet the control plane does not hear: silent for longer than the grace period, or in and out of
 * Ready again and again. A reboot, a cordon, a drain or a missing CNI configuration is none of it.
 *
 * @see kubernetes/kubernetes:pkg/controller/nodelifecycle/node_lifecycle_controller.go (tryUpdateNodeHealth)
 */
export const detector = defineDetector<KubeletLostContactState, Names>({
  needs: ['nodes', 'events'],
  uses: [
    'pods',
    'messages',
    'bgpSessions',
    'hostEndpoints',
    'policies',
    'reachability',
    'certificates',
    'units',
    'signingRequests',
  ],
  judges: 'node',
  detect: (view) => [...silentNodes(view), ...flappingNodes(view), ...quotedOnly(view)],
  explains,
})

type KubeletFinding = Finding<KubeletLostContactState>

function silentNodes(view: View<Names>): readonly KubeletFinding[] {
  const { silent, isEverywhere } = silenceOf(view)
  const locked = new Set(lockedHosts(view).map(({ node }) => node))
  // In a VPC workers share a way of their own to a master that others reach.
  const isOwnWay = infrastructureOf(view) === 'g2'
  const asking = new Set(requestsInVain(view).flatMap(({ node, isSure }) => (isSure ? [node] : [])))
  return silent.flatMap((node) => {
    const ready = conditionOf(node, 'Ready')
    if (ready === undefined) return []
    const kind = ready.reason === 'NodeStatusNeverUpdated' ? 'never' : 'steady'
    const machine = machineEvidence(view, { node: node.name, isOnly: silent.length === 1 })
    const own = [
      ...machine,
      ...conditionEvidence(node, ready),
      ...taintEvidence(node),
      ...portEvidence(view, node),
      ...answerEvidence(view, node),
    ]
    const isOthers =
      locked.has(node.name) || isRefused(view, node) || isCramped(view, node) || isNobodys(view, node.name)
    const open = isEverywhere || isOthers || machine.length === 0 ? own.map(shared) : own
    const isDoubtful = asking.has(node.name) || (isEverywhere && isOwnWay)
    const evidence = isDoubtful && machine.length === 0 ? open.map(doubtful) : open
    const says =
      kind === 'never'
        ? 'kubelet has never reported to the control plane'
        : 'kubelet stopped reporting to the control plane'
    return [
      { about: nodeSubject(node.name), says, evidence, preventive: false, state: { node: node.name, kind } },
    ]
  })
}

/**
 * What most nodes lose together, or one whose machine is silent, locked in or cut short, or whose certificate has ended, shows no
 * fault of the kubelet; nor does silence alone, while nobody has looked whether it is refused.
 */
const shared = (evidence: Evidence): Evidence =>
  evidence.weight === 'decisive' ? { ...evidence, weight: 'strong' } : evidence

/** Whose request for a new certificate nobody has granted is refused, more likely than not; what all lose at one time is their way. */
const doubtful = (evidence: Evidence): Evidence => ({ ...evidence, weight: 'weak' })

/** Its kubelet speaks to the API server, and shows a certificate that is out of its time, or somebody shows one that is not this cluster's. */
const isRefused = (view: Reads<'certificates' | 'messages' | 'pods' | 'nodes'>, { name }: NodeRow): boolean =>
  endedKubeletCertificates(view).some(({ node }) => node === undefined || node === name) ||
  view.rows('messages').some((row) => isOfStranger(row) && isRecent(view, row.atMs))

/** Small packets come to its machine and large ones do not, and its reports are large. */
const isCramped = (view: Reads<'reachability'>, { name, internalIp }: NodeRow): boolean => {
  const to = sizeLimit(view)?.to
  return to !== undefined && (to === internalIp || to === name)
}

/** Several others have lost their BGP sessions with it, too, and nothing there answers them: the whole machine is silent. */
const isNobodys = (view: View<Names>, name: string): boolean =>
  accusedPeers(view).some(
    ({ node, by, isByAll, isUpElsewhere, complaints }) =>
      node?.name === name &&
      by > 1 &&
      isByAll &&
      !isUpElsewhere &&
      complaints.every(({ trouble }) => unanswered.has(trouble)),
  )

const unanswered: ReadonlySet<SessionTrouble> = new Set(['silent', 'timed-out', 'unreachable', 'left'])

function conditionEvidence(node: Fact<NodeRow>, ready: ConditionRow): readonly Evidence[] {
  const alike = node.conditions.filter((one) => one.status === 'Unknown' && unheard.has(one.reason ?? ''))
  const isNamed = unheard.has(ready.reason ?? '')
  return [
    {
      weight: isNamed ? 'decisive' : 'strong',
      says: isNamed
        ? `the node controller has not heard of this kubelet (${alike.length} of its conditions are Unknown)`
        : 'its Ready condition is Unknown',
      from: conditionSource(node, ready),
    },
  ]
}

const taintEvidence = (node: Fact<NodeRow>): readonly Evidence[] =>
  node.taints.some((taint) => taint.key === 'node.kubernetes.io/unreachable')
    ? [
        {
          weight: 'strong',
          says: 'the node controller calls the node unreachable',
          from: { ...node.from, quote: 'node.kubernetes.io/unreachable' },
        },
      ]
    : []

function flappingNodes(view: View<Names>): readonly KubeletFinding[] {
  const silent = new Set(silentNodes(view).map(({ about }) => renderSubject(about)))
  return eventNodes(view).flatMap((node) => {
    const transitions = nodeTransitions(view, node)
    const about = nodeSubject(node)
    const isOver = !isRecent(view, transitions.lastAtMs, recordMs)
    if (silent.has(renderSubject(about)) || !isFlapping(transitions) || isOver) return []
    const own = flappingEvidence(transitions)
    const evidence = [...(isOverflowing(view, node) ? own.map(shared) : own), ...networkEvidence(view, node)]
    const says = 'the node toggles between Ready and NotReady'
    return [{ about, says, evidence, preventive: false, state: { node, kind: 'flapping' as const } }]
  })
}

/** A kernel that has no room for neighbours loses whom it talks to: the kubelet's silence is one of many. */
const isOverflowing = (view: View<Names>, node: string): boolean =>
  view
    .rows('messages')
    .some((row) => row.message.id === 'kernel/neighbour-full' && nodeOfMessage(view, row) === node)

const eventNodes = (view: Reads<'nodes' | 'pods' | 'events'>): readonly string[] => {
  const named = view.rows('events').flatMap(({ about }) => (about.kind === 'Node' ? [about.name] : []))
  return [...new Set([...nodeNames(view), ...named])].sort()
}

function flappingEvidence(transitions: NodeTransitions): readonly Evidence[] {
  const drops = unexplainedDrops(transitions)
  const starts = unexplainedStarts(transitions)
  // Two restarts of kubelet can be somebody's work on the node; this many, with the node lost each time, cannot.
  const isProof = (drops >= 2 && starts >= 3) || drops >= 4 || starts >= 6
  const told = transitions.events.filter(({ reason }) => reason === 'NodeNotReady' || reason === 'Starting')
  return told.slice(-1).map((event) => ({
    weight: isProof ? 'decisive' : 'strong',
    says: `within the record: ${figures(transitions)}`,
    from: { ...event.from, quote: event.from.quote ?? `${event.type} ${event.reason} ${event.message}` },
  }))
}

/** A kubelet that says itself that the pod network is missing is in contact. */
function networkEvidence(view: Reads<'nodes'>, name: string): readonly Evidence[] {
  const node = nodeNamed(view, name)
  const ready = node === undefined ? undefined : conditionOf(node, 'Ready')
  if (node === undefined || ready === undefined || !isNetworkNotReady(ready)) return []
  const says = 'kubelet itself reports that the pod network is missing, so it is in contact'
  return [{ weight: 'against', says, from: conditionSource(node, ready) }]
}

/** The controller's words without a node around them: people paste conditions without their `Name:` line. */
function quotedOnly(view: View<Names>): readonly KubeletFinding[] {
  const known = new Set(view.rows('nodes').flatMap((node) => (conditionOf(node, 'Ready') ? [node.name] : [])))
  const rows = view.rows('messages').filter((row) => {
    const node = nodeOfMessage(view, row)
    const isTold = node === undefined ? known.size === 0 : !known.has(node)
    return row.message.id === 'kubelet/stopped-posting-status' && isRecent(view, row.atMs) && isTold
  })
  const byPlace = new Map(rows.map((row) => [renderSubject(nodeSubject(nodeOfMessage(view, row))), row]))
  return [...byPlace.values()].map((row) => {
    const node = nodeOfMessage(view, row)
    const machine = machineEvidence(view, { node, isOnly: byPlace.size === 1 })
    const told: Evidence = {
      weight: machine.length === 0 ? 'strong' : 'decisive',
      says: 'the node controller has not heard of this kubelet',
      from: row.from,
    }
    return {
      about: nodeSubject(node),
      says: 'kubelet stopped reporting to the control plane',
      evidence: [...machine, told],
      preventive: false,
      state: { node, kind: 'steady' },
    }
  })
}

function explains(finding: KubeletFinding, symptom: Symptom, view: View<Names>): boolean {
  const { about } = finding
  const isHere = isSameSubject(symptom.about, about)
  switch (symptom.id) {
    case 'bgp-session-down':
      // Its calico-node goes on as long as the machine does; a machine that is off takes its sessions with it.
      return finding.state.kind !== 'flapping' && (isHere || pointsAtOnly(symptom, about))
    case 'pods-not-ready-on-node':
      // Pods elsewhere that call pods of this node fail their probes, too.
      return true
    case 'node-not-ready':
      return isHere && !isNetworkTrouble(view, finding.state.node)
    default:
      return isHere
  }
}

const pointsAtOnly = ({ involves }: Symptom, about: Subject): boolean =>
  involves?.length === 1 && involves.some((one) => isSameSubject(one, about))

function isNetworkTrouble(view: Reads<'nodes'>, name: string | undefined): boolean {
  const node = name === undefined ? undefined : nodeNamed(view, name)
  const ready = node === undefined ? undefined : conditionOf(node, 'Ready')
  return ready !== undefined && isNetworkNotReady(ready)
}
