/** Sessions that fail exactly where one network ends and another begins. */
import type { Fact, Reads } from '#cluster/facts.ts'
import { nodeNetworks } from '#cluster/node-subnets.ts'
import { calicoNodeContainer, calicoNodePodOf, nodeWithAddress } from '#cluster/queries.ts'
import type { BgpSessionRow } from '#cluster/relations.ts'

type Names = 'bgpSessions' | 'nodes' | 'pods'

/** What one node sees: each session within its network is up, and those with some other network are all silent. */
export interface SessionBorder {
  /** One of the silent ones. */
  readonly session: Fact<BgpSessionRow>
  readonly inside: readonly string[]
  readonly beyond: readonly string[]
}

/**
 * The borders that nodes see in the mesh, one for each node. None where a session fails within a network, too: then the border is not
 * what parts them.
 */
export function sessionBorders(view: Reads<Names>): readonly SessionBorder[] {
  const byNode = Map.groupBy(
    view.rows('bgpSessions').filter(({ kind }) => kind === 'mesh'),
    ({ node }) => node,
  )
  const borders = [...byNode.values()].map((sessions) => borderOf(view, sessions))
  if (borders.includes('none')) return []
  return borders.flatMap((border) => (border === 'unknown' || border === 'none' ? [] : [border]))
}

/** One node's: `unknown` where all are up, or all down; `none` where they fail within a network, too. */
function borderOf(
  view: Reads<Names>,
  sessions: readonly Fact<BgpSessionRow>[],
): SessionBorder | 'unknown' | 'none' {
  const up = sessions.filter((one) => one.up)
  const down = sessions.filter((one) => !one.up && isSilent(one) && !isOff(view, one.peer))
  const [session] = down
  if (session === undefined || up.length === 0) return 'unknown'
  const [inside, beyond] = [
    nodeNetworks(up.map(({ peer }) => peer)),
    nodeNetworks(down.map(({ peer }) => peer)),
  ]
  // Of addresses that are not IPv4 nobody knows where a network ends.
  if (inside.length === 0 || beyond.length === 0) return 'unknown'
  return beyond.some((network) => inside.includes(network)) ? 'none' : { session, inside, beyond }
}

/** Nobody is there who could answer: what stands on the way does not matter. */
function isOff(view: Reads<Names>, peer: string): boolean {
  const node = nodeWithAddress(view, peer)
  const pod = node === undefined ? undefined : calicoNodePodOf(view, node.name)
  const state = pod && calicoNodeContainer(pod)?.state
  return state !== undefined && state !== 'running'
}

/** Dropped packets leave no error text but that a timer ran out. */
const isSilent = ({ info, state }: BgpSessionRow): boolean =>
  (info === undefined || info.includes('Hold timer expired')) &&
  ['start', 'Active', 'Connect', 'Passive'].includes(state)
