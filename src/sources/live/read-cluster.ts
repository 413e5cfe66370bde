import type { Clock } from '#base/clock.ts'
import { Trouble } from '#base/trouble.ts'
import type { Facts } from '#cluster/facts.ts'
import { type FactsBuilder, factsBuilder } from '#cluster/facts-builder.ts'
import { managedBy } from '#cluster/managed.ts'
import type { Message } from '#cluster/messages.ts'
import type { Relations } from '#cluster/relations.ts'
import { nodeSubject } from '#cluster/subjects.ts'
import { symptomsOf } from '#cluster/symptoms.ts'
import { readAccount } from '#sources/live/account/read-account.ts'
import type { ClusterApi, NodeShell, ProviderShell } from '#sources/live/api.ts'
import { type Budget, type Spent, withinBudget } from '#sources/live/budget.ts'
import { type Commands, commandsFor } from '#sources/live/commands.ts'
import type { LiveContext } from '#sources/live/context.ts'
import { readCallers } from '#sources/live/deep/callers.ts'
import { readMasterProxies } from '#sources/live/deep/master-proxies.ts'
import { readPacketSizes } from '#sources/live/deep/packet-sizes.ts'
import { withPatientExec } from '#sources/live/deep/patient-exec.ts'
import { readHosts, readInside } from '#sources/live/deep/read-deep.ts'
import { readTraffic } from '#sources/live/deep/traffic.ts'
import { readTunnelPackets } from '#sources/live/deep/tunnel-packets.ts'
import { readExtensions } from '#sources/live/extensions.ts'
import { type ClusterUid, readClusterUid } from '#sources/live/identity.ts'
import {
  readCalicoPods,
  readDaemonSets,
  readEvents,
  readIpPools,
  readNodes,
  readPodsOf,
  readStuckPods,
} from '#sources/live/lists.ts'
import { readAllLogs } from '#sources/live/logs.ts'
import { readRefusals } from '#sources/live/refusals.ts'
import { readResources } from '#sources/live/resources.ts'
import { everyNode, type Suspect, type Suspects, suspectsOf, withPod } from '#sources/live/suspects.ts'
import { unreadable } from '#sources/live/unreadable.ts'
import { joined, notAsked, type Reading, type ReadRow } from '#sources/reading.ts'

export type LiveStage = 'lists' | 'logs' | 'deep'

export interface ReadOptions {
  readonly api: ClusterApi
  readonly shell?: NodeShell
  /** With `deep`, the account around a cluster that is in trouble is looked at, too. */
  readonly provider?: ProviderShell
  readonly clock: Clock
  readonly recognise: (text: string) => readonly Message[]
  /** Also exec into calico-node and look at the nodes' files. */
  readonly deep?: boolean
  /** Only these nodes get a closer look (logs, exec, shell). */
  readonly nodes?: readonly string[]
  readonly budget?: Partial<Budget>
  /** How many suspects' logs are read at most. The rest is told as not asked. */
  readonly suspectsMax?: number
  readonly timeoutMs?: number
  readonly signal?: AbortSignal
  readonly commands?: Commands
  /** Told before each stage. */
  readonly tell?: (stage: LiveStage, says: string) => void
}

export interface ClusterReading {
  readonly facts: Facts
  /** What stays the same while the cluster is the same one; undefined where reading it is forbidden. */
  readonly clusterUid: ClusterUid | undefined
  readonly requests: number
}

/**
 * Reads a cluster into facts, cheapest first: a few lists, where these show a symptom what is configured, then the logs of suspects, then (with `deep`) a look into
 * calico-node, the logs of those that look suspect only from there, and at the nodes. What may not be read or does not answer becomes `missing` with its reason.
 *
 * Rejects with a Trouble when nothing at all could be read, and with `signal.reason` when interrupted.
 */
export async function readCluster(options: ReadOptions): Promise<ClusterReading> {
  const { deep = false, suspectsMax = 6, tell = () => {} } = options
  const { context, spent } = contextOf(options)
  const builder = factsBuilder({ unread: 'not-asked' })
  // What was new when the look began does not grow old while a node that hardly answers makes it long.
  const observedAtMs = options.clock.now()
  const freeze = (): Facts => builder.freeze({ observedAtMs })

  tell('lists', 'nodes, Calico’s pods, warnings')
  const clusterUid = await readClusterUid(context)
  const lists = await readLists(context)
  fill(builder, lists)
  if (lists.rows.length === 0) refuseNothing(context)

  refuseUnknown(options.nodes ?? [], freeze())
  const isSick = (): boolean => symptomsOf(freeze()).some(({ when }) => when === 'now')
  const wasSick = isSick()
  if (wasSick) fill(builder, await readResources(context))

  const lookCloser = async (before: readonly Suspect[]): Promise<readonly Suspect[]> => {
    const chosen = suspectsAmong(options.nodes, freeze(), before)
    const looked = [...chosen.suspects, ...chosen.peers].slice(0, suspectsMax - before.length)
    if (looked.length > 0) tell('logs', `calico-node on ${looked.map(({ node }) => node).join(', ')}`)
    fill(builder, await readSuspects(context, { suspects: chosen.suspects, looked, suspectsMax }))
    return [...before, ...looked]
  }
  const looked = await lookCloser([])
  fill(builder, await readRefusals(context, { facts: freeze(), nodes: options.nodes }))

  if (deep) {
    const chosen = options.nodes?.map(withPod(freeze())) ?? everyNode(freeze())
    tell('deep', `${chosen.length === 1 ? '1 node' : `${chosen.length} nodes`} from inside calico-node`)
    const patient = withPatientExec(context, {
      clock: options.clock,
      facts: freeze,
      tell: (says) => tell('deep', says),
    })
    fill(builder, await readInside(patient, chosen))
    // calico-node is ready with a session down: it takes this look to see that, and the log to see why.
    const all = await lookCloser(looked)
    fill(builder, await readHosts(patient, { looked: all, facts: freeze(), nowMs: options.clock.now() }))
    const { shell } = context
    if (shell === undefined) {
      // It takes all nodes to say that packets come in nowhere.
      if (options.nodes === undefined)
        fill(
          builder,
          await readTunnelPackets(patient, { facts: freeze(), tell: (says) => tell('deep', says) }),
        )
    } else {
      if (managedBy(freeze()) !== undefined)
        fill(builder, await readMasterProxies(context, { shell, nodes: chosen, nowMs: options.clock.now() }))
      fill(builder, await readPacketSizes(context, { shell, facts: freeze() }))
      fill(builder, await readCallers(context, { shell, facts: freeze() }))
      fill(
        builder,
        await readTraffic(context, { shell, facts: freeze(), tell: (says) => tell('deep', says) }),
      )
    }
  }
  // Some symptoms show only in what was looked at since; and who looks closely wants to know what waits to go wrong.
  if (!wasSick && (deep || isSick())) fill(builder, await readResources(context))
  // After the cluster's own settings, so that what the account refuses to say of its own stays told.
  if (deep && isSick()) fill(builder, await readAccount(context, freeze()))
  return { facts: freeze(), clusterUid, requests: spent.requests }
}

/** What the stages share, within the options' budget. */
export function contextOf(options: ReadOptions): { readonly context: LiveContext; readonly spent: Spent } {
  const { timeoutMs, signal } = options
  const { api, shell, provider, spent } = withinBudget(
    { api: options.api, shell: options.shell, provider: options.provider },
    { requestsMax: 400, concurrency: 8, ...options.budget },
  )
  return {
    spent,
    context: {
      api,
      shell,
      provider,
      commands: options.commands ?? commandsFor({ context: api.context }),
      recognise: options.recognise,
      call: {
        ...(timeoutMs === undefined ? {} : { timeoutMs }),
        ...(signal === undefined ? {} : { signal }),
      },
      troubles: [],
    },
  }
}

/** Lists that do not depend on each other, side by side; joined in this order. */
const readLists = async (context: LiveContext): Promise<Reading> =>
  joined(
    await Promise.all([
      readNodes(context),
      readCalicoPods(context),
      readEvents(context),
      readDaemonSets(context),
      readIpPools(context),
      readStuckPods(context),
      readExtensions(context),
    ]),
  )

/** A node that the complete list of nodes does not have was misspelt. */
function refuseUnknown(asked: readonly string[], facts: Facts): void {
  if (facts.coverage('nodes').kind !== 'complete') return
  const known = facts.rows('nodes').map(({ name }) => name)
  const unknown = asked.find((name) => !known.includes(name))
  if (unknown === undefined) return
  throw new Trouble('node-unknown', `the cluster has no node "${unknown}"`, {
    hint: `its nodes: ${known.slice(0, 8).join(', ')}${known.length > 8 ? ` and ${known.length - 8} more` : ''}`,
  })
}

/** Who is worth a closer look, and did not have one before. */
function suspectsAmong(
  nodes: readonly string[] | undefined,
  facts: Facts,
  before: readonly Suspect[],
): Suspects {
  const isNew = ({ node }: Suspect): boolean => !before.some((each) => each.node === node)
  const all = nodes === undefined ? suspectsOf(facts) : { suspects: nodes.map(withPod(facts)), peers: [] }
  return { suspects: all.suspects.filter(isNew), peers: all.peers.filter(isNew) }
}

async function readSuspects(
  context: LiveContext,
  {
    suspects,
    looked,
    suspectsMax,
  }: { suspects: readonly Suspect[]; looked: readonly Suspect[]; suspectsMax: number },
): Promise<Reading> {
  const podsOf = suspects.filter((suspect) => looked.includes(suspect))
  const readings = await Promise.all([
    readAllLogs(context, looked),
    ...podsOf.map(({ node }) => readPodsOf(context, node)),
  ])
  const skipped = suspects.filter((suspect) => !looked.includes(suspect))
  const says = `only the first ${suspectsMax} suspects were looked at`
  return joined([
    ...readings,
    {
      rows: [],
      covered: skipped.map(({ node }) => ({
        relation: 'messages' as const,
        coverage: notAsked(says),
        about: nodeSubject(node),
      })),
    },
  ])
}

function fill(builder: FactsBuilder, { rows, covered }: Reading): void {
  for (const read of rows) add(builder, read)
  for (const { relation, coverage, about } of covered) builder.cover(relation, coverage, about)
}

// Relation and row belong together in a ReadRow, which TypeScript does not follow through a union.
const add = (builder: FactsBuilder, { relation, row, from }: ReadRow): void =>
  builder.add(relation, row as Relations[typeof relation], from)

/** A cluster always has nodes: no row at all means that every list was refused or came back unreadable. */
function refuseNothing({ api, troubles }: LiveContext): void {
  const worst = troubles[0]
  if (worst !== undefined) throw unreadable(api, worst)
}
