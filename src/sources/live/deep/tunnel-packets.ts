/**
 * Stage 3, without a shell on the nodes, where pods do not reach each other though calico-node is well: whether packets of tunnels leave
 * and none comes in anywhere. Felix's own rules count them on every node.
 */
import type { Facts, Reads } from '#cluster/facts.ts'
import { factsBuilder } from '#cluster/facts-builder.ts'
import { calicoNodePodOf, nodeNames } from '#cluster/queries.ts'
import type { PodRow } from '#cluster/relations.ts'
import { nodeSubject } from '#cluster/subjects.ts'
import { type TunnelCounts, tunnelCounts } from '#sources/formats/host-network/tunnel-counts.ts'
import { podRow } from '#sources/formats/objects/pods.ts'
import { podShape } from '#sources/formats/shapes.ts'
import type { LiveContext } from '#sources/live/context.ts'
import { containerShell, kubeProxyPodOf } from '#sources/live/deep/container-shell.ts'
import { sendersIn } from '#sources/live/deep/traffic.ts'
import { listObjects } from '#sources/live/list.ts'
import { nothing, partial, type Reading, type ReadRow } from '#sources/reading.ts'

const seconds = 10
const nodesMax = 8
/** One packet that does not arrive may have been the last before the end; of two, one had its time. */
const packetsMin = 2
const sendersMin = 2

/** Twice the same, with a pause; where nothing may be seen, without one. */
const argv = ((): readonly string[] => {
  const saves = ['iptables-nft-save', 'iptables-legacy-save'].map((tool) => `${tool} -c -t filter`).join('; ')
  const count = `(${saves}) | grep -E 'cali-(INPUT|OUTPUT) .*(IPIP|VXLAN) packets'`
  return ['sh', '-c', `${count} && sleep ${seconds} && echo && ${count}`]
})()

/**
 * Counts twice, ten seconds apart, on all nodes of a cluster that is small enough to ask each of them. Tells only where at least two
 * nodes send and nobody gets anything, and only while BGP says that the nodes reach each other by TCP: else tunnels are not the matter.
 */
export async function readTunnelPackets(
  context: LiveContext,
  { facts, tell = () => {} }: { readonly facts: Facts; readonly tell?: (says: string) => void },
): Promise<Reading> {
  const nodes = nodeNames(facts)
  const usesTunnel = facts.rows('ipPools').some(({ encapsulation }) => /^(?:ipip|vxlan)/.test(encapsulation))
  if (!usesTunnel || nodes.length > nodesMax || sendersIn(facts).length === 0 || !isTcpWell(facts))
    return nothing
  tell(`tunnel packets counted on ${nodes.length} nodes (about ${seconds} s)`)
  const counted = await countedOn(context, facts, nodes)
  // A node that did not answer may be the one that gets them all.
  if (counted.length < nodes.length) return nothing
  const rows = (['ipip', 'vxlan'] as const).flatMap((protocol) => lost(counted, protocol))
  const covered = nodes.map((node) => ({
    relation: 'captures' as const,
    coverage: partial,
    about: nodeSubject(node),
  }))
  return rows.length === 0 ? nothing : { rows, covered }
}

const isTcpWell = (facts: Facts): boolean => {
  const sessions = facts.rows('bgpSessions')
  return sessions.length > 0 && sessions.every(({ up }) => up)
}

interface Counted {
  readonly node: string
  readonly before: readonly TunnelCounts[]
  readonly after: readonly TunnelCounts[]
  readonly source: string
  readonly command: string
}

/** Of every node that answers: by calico-node, or by kube-proxy where that is not root. */
async function countedOn(
  context: LiveContext,
  facts: Facts,
  nodes: readonly string[],
): Promise<readonly Counted[]> {
  const own = await Promise.all(
    nodes.map((node) =>
      countedBy(context, { node, pod: calicoNodePodOf(facts, node), container: 'calico-node' }),
    ),
  )
  if (own.every((one) => one !== undefined)) return own
  const proxies = await kubeProxies(context)
  const all = own.map(
    (one, index) =>
      one ??
      countedBy(context, {
        node: nodes[index] ?? '',
        pod: kubeProxyPodOf(proxies, nodes[index] ?? ''),
        container: 'kube-proxy',
      }),
  )
  return (await Promise.all(all)).filter((one) => one !== undefined)
}

/** As kubeadm labels them. */
async function kubeProxies(context: LiveContext): Promise<Reads<'pods'>> {
  const query = { labelSelector: 'k8s-app in (kube-proxy)' }
  const listed = await listObjects(
    context.api,
    { path: '/api/v1/namespaces/kube-system/pods', query, shape: podShape },
    context.call,
  )
  const builder = factsBuilder({ unread: 'not-asked' })
  if (listed.ok)
    for (const row of listed.value.items.map(podRow)) builder.add('pods', row, { source: `pod ${row.name}` })
  return builder.freeze({ observedAtMs: 0 })
}

async function countedBy(
  context: LiveContext,
  {
    node,
    pod,
    container,
  }: {
    readonly node: string
    readonly pod: PodRow | undefined
    readonly container: 'calico-node' | 'kube-proxy'
  },
): Promise<Counted | undefined> {
  if (pod === undefined) return undefined
  const shell = containerShell(context, pod, container)
  const answer = await shell.run(node, argv, context.call)
  const [before, after] = answer.ok ? answer.value.stdout.split('\n\n') : []
  if (before === undefined || after === undefined) return undefined
  return {
    node,
    before: tunnelCounts(before.split('\n')),
    after: tunnelCounts(after.split('\n')),
    source: `${node}, seen from pod ${pod.namespace}/${pod.name}`,
    command: shell.command(node, argv),
  }
}

/** Where several nodes send and nobody gets anything: one that sends, and each other as silent. */
function lost(counted: readonly Counted[], protocol: TunnelCounts['protocol']): readonly ReadRow[] {
  const moved = counted.map((one) => ({ ...one, ...movedOf(one, protocol) }))
  const senders = moved.filter(({ sent }) => sent >= packetsMin)
  const [sender] = senders
  if (sender === undefined || senders.length < sendersMin || moved.some(({ got }) => got > 0)) return []
  return moved.map(
    ({ node, sent, source, command }): ReadRow => ({
      relation: 'captures',
      row: { node, protocol, shows: node === sender.node ? 'packet' : 'nothing', counted: true },
      from: {
        source,
        command,
        quote: `${sent} ${protocol === 'ipip' ? 'IPIP' : 'VXLAN'} packets out in ${seconds} s, none in`,
      },
    }),
  )
}

function movedOf(
  { before, after }: Counted,
  protocol: TunnelCounts['protocol'],
): { readonly sent: number; readonly got: number } {
  const [first, last] = [before, after].map((counts) => counts.find((one) => one.protocol === protocol))
  return { sent: (last?.out ?? 0) - (first?.out ?? 0), got: (last?.in ?? 0) - (first?.in ?? 0) }
}
