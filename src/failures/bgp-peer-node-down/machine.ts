/** What tells that a machine is on, off, or not there at all. */
import { bareAddress } from '#cluster/addresses.ts'
import type { AccusedPeer } from '#cluster/bgp-complaints.ts'
import { bgpErrors } from '#cluster/bgp-sessions.ts'
import type { Provenance, Subject } from '#cluster/facts.ts'
import { calicoNodePodOf, conditionOf, isComplete, nodeNamed } from '#cluster/queries.ts'
import { isRecent } from '#cluster/symptoms/recency.ts'
import { type Sign, sign } from '#diagnosis/signs.ts'
import type { View, Weight } from '#diagnosis/types.ts'
import type { Names } from '#failures/bgp-peer-node-down/names.ts'

/** Why nobody hears of a node whose machine is on: its kubelet is refused, or has no way to the API server. */
export interface OtherReason {
  readonly node?: string | undefined
  readonly says: string
  readonly from: Provenance
}

/** `reasons`: why nobody hears of it though it is on. */
export function machineSigns(
  view: View<Names>,
  { address, node, complaints }: AccusedPeer,
  { about, reasons }: { readonly about: Subject; readonly reasons: readonly OtherReason[] },
): readonly Sign[] {
  const at = (row: Parameters<typeof sign>[0], weight: Weight, says: string): Sign =>
    sign(row, weight, says, about)
  const isOn = complaints.filter(({ trouble }) => trouble === 'refused' || trouble === 'answered')
  const pod = node === undefined ? undefined : calicoNodePodOf(view, node.name)
  return [
    ...[...isOn, ...refusedOpens(view, address)].map((row) =>
      at(row, 'against', `${address} answers: its machine is on`),
    ),
    ...(node !== undefined && conditionOf(node, 'Ready')?.status === 'True'
      ? [at(node, 'against', `${node.name} is Ready`)]
      : []),
    // A container that restarts is being started by somebody.
    ...(pod?.status !== undefined && starting.has(pod.status)
      ? [at(pod, 'against', `kubelet reports of ${pod.name}: ${pod.status}`)]
      : []),
    // Whoever writes a log is on.
    ...(node === undefined ? [] : writtenBy(view, node.name).map((row) => at(row, 'against', row.says))),
    ...reasons.map((row) => at({ from: row.from }, 'against', `${row.says}: its machine is on`)),
    ...view
      .rows('reachability')
      .filter(({ to }) => to === address || to === node?.name)
      .flatMap((row) => {
        if (row.outcome === 'ok' || row.outcome === 'refused')
          return [at(row, 'against', `${row.to} answers`)]
        const isGone = row.port !== 179 && (row.outcome === 'timed-out' || row.outcome === 'no-route')
        return isGone ? [at(row, 'strong', `${row.to} does not answer to ${row.protocol}`)] : []
      }),
    ...view
      .rows('workers')
      .filter((row) => row.node === address || (row.node !== undefined && row.node === node?.name))
      .filter(({ state }) => !wellStates.has(state.toLowerCase()))
      .map((row) => at({ from: row.from }, 'strong', `the provider says that it is ${row.state}`)),
  ]
}

/** Only a peer that is on sends an OPEN that somebody refuses. */
const refusedOpens = (view: View<Names>, address: string) =>
  bgpErrors(view, ...ofOpen).filter(({ peer }) => peer === address)

const ofOpen = [
  'bgp/bad-identifier',
  'bgp/bad-peer-as',
  'bgp/capability-missing',
  'bgp/no-common-family',
  'bgp/unacceptable-hold-time',
  'bgp/unsupported-option',
]

const writtenBy = (view: View<Names>, node: string) =>
  view
    .rows('messages')
    .filter((row) => row.node === node && row.atMs !== undefined && isRecent(view, row.atMs))
    .flatMap(({ message: { id }, from }) => {
      if (ofLogs.has(id)) return [{ from, says: `calico-node of ${node} wrote its log a moment ago` }]
      return id.startsWith('kernel/')
        ? [{ from, says: `the kernel of ${node} wrote its log a moment ago` }]
        : []
    })

/** What calico-node's own programs write; kubelet and others speak of a node that is off as well. */
const ofLogs: ReadonlySet<string> = new Set([
  'bird/cannot-create-control-socket',
  'bird/config-unreadable',
  'bird/protocol-starting',
  'bird/reconfigured',
  'bird/started',
  'bird/state-changed',
  'confd/config-updated',
  'felix/in-sync',
  'startup/datastore-ready',
  'startup/using-node-name',
])

const starting = new Set([
  'CrashLoopBackOff',
  'Error',
  'Init:Error',
  'Init:CrashLoopBackOff',
  'ImagePullBackOff',
])
const wellStates = new Set(['normal', 'deployed', 'provisioned'])

/** Calico still has a node with this address, and Kubernetes none: somebody deleted it, or took the machine away. */
export function missingNode(view: View<Names>, address: string): Sign | undefined {
  const nodes = view.rows('nodes').filter(({ name }) => name !== '')
  const isKnown = nodes.some((node) =>
    [node.internalIp, node.externalIp, node.calicoIpv4].some((each) => bareAddress(each ?? '') === address),
  )
  if (isKnown || nodes.length === 0) return undefined
  const entry = view
    .rows('calicoNodes')
    .find(({ ipv4, ipv6 }) => [ipv4, ipv6].some((each) => bareAddress(each ?? '') === address))
  if (entry !== undefined)
    return nodeNamed(view, entry.name) === undefined
      ? sign({ from: entry.from }, 'decisive', `Calico knows ${entry.name} (${address}), Kubernetes does not`)
      : undefined
  if (isRouter(view, address)) return undefined
  const isListWhole =
    isComplete(view.coverage('nodes')) && nodes.every(({ internalIp }) => internalIp !== undefined)
  const [first] = nodes
  return isListWhole && first !== undefined
    ? sign({ from: first.from }, 'strong', `no node has the address ${address}`)
    : undefined
}

/** Whom somebody was told to speak with, beside the mesh, need not be a node. */
const isRouter = (view: View<Names>, address: string): boolean =>
  view.rows('bgpSessions').some(({ peer, kind }) => kind !== 'mesh' && bareAddress(peer) === address)
