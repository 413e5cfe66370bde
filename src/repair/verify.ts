/** Is it really mended? calico-node's jobs, judged on facts, and the detector that found the trouble. */
import type { Fact, Facts } from '#cluster/facts.ts'
import { calicoNodeContainer, calicoNodePodOf, nodeNamed, nodeWithAddress } from '#cluster/queries.ts'
import type { BgpSessionRow, NodeRow } from '#cluster/relations.ts'
import { isSameSubject, renderSubject } from '#cluster/subjects.ts'
import type { Diagnosis } from '#diagnosis/types.ts'
import type { Plan } from '#repair/types.ts'

/** `unknown`: nobody could look. It does not spoil a verification, and is told. */
export interface Claim {
  readonly id:
    | 'cause-gone'
    | 'pod-ready'
    | 'sessions-here'
    | 'sessions-there'
    | 'routes-here'
    | 'routes-there'
    | 'traffic'
  readonly holds: boolean | 'unknown'
  readonly says: string
}

/** One route of a node's kernel that BIRD put there. */
export interface BirdRoute {
  readonly to: string // 10.244.49.64/26
  readonly via: string // 10.0.0.22
}

/** What is seen of routing: each node's blocks, and the routes of the nodes that were looked at. */
export interface Routing {
  readonly blocks: readonly { readonly node: string; readonly cidr: string }[]
  readonly routes: ReadonlyMap<string, readonly BirdRoute[]>
}

/** Measures traffic with the user's leave; answers what was measured. */
export type Probe = () => Promise<{ readonly holds: boolean; readonly says: string }>

export interface Look {
  readonly facts: Facts
  readonly diagnosis: Diagnosis
  readonly routing?: Routing
  readonly traffic?: { readonly holds: boolean; readonly says: string }
}

/** Every claim about the plan's subject after one look. Modes of single nodes get calico-node's claims too. */
export function claimsOf(plan: Plan, look: Look): readonly Claim[] {
  const gone = causeGone(plan, look.diagnosis)
  if (plan.about.kind !== 'node') return [gone, trafficClaim(look)]
  const node = plan.about.name
  return [
    gone,
    podReady(look.facts, node),
    sessionsHere(look.facts, node),
    sessionsThere(look.facts, node),
    ...routeClaims(look, node),
    trafficClaim(look),
  ]
}

/** Mended: nothing is false, and what everybody can see (the cause, the pod) was seen. */
export const isMended = (claims: readonly Claim[]): boolean =>
  claims.every(({ holds }) => holds !== false) &&
  claims.every(({ id, holds }) => (id === 'cause-gone' || id === 'pod-ready' ? holds === true : true))

/** Changes whenever calico-node's container was started anew: two looks with the same value saw one and the same life of it. */
export function podLife(facts: Facts, plan: Plan): string {
  if (plan.about.kind !== 'node') return ''
  const pod = calicoNodePodOf(facts, plan.about.name)
  return pod === undefined ? 'none' : `${pod.name} ${calicoNodeContainer(pod)?.restarts ?? 0}`
}

function causeGone(plan: Plan, { causes }: Diagnosis): Claim {
  const left = causes.find(
    ({ mode, finding }) => mode.id === plan.mode && isSameSubject(finding.about, plan.about),
  )
  const subject = renderSubject(plan.about)
  return left === undefined
    ? { id: 'cause-gone', holds: true, says: `${plan.mode} is no longer found on ${subject}` }
    : {
        id: 'cause-gone',
        holds: false,
        says: `${plan.mode} is still found on ${subject}: ${left.finding.says}`,
      }
}

function podReady(facts: Facts, node: string): Claim {
  const pod = calicoNodePodOf(facts, node)
  if (pod === undefined)
    return { id: 'pod-ready', holds: false, says: `no calico-node pod was seen on ${node}` }
  const name = `${pod.namespace}/${pod.name}`
  return pod.ready === true && pod.deleting !== true
    ? { id: 'pod-ready', holds: true, says: `${name} is Ready` }
    : { id: 'pod-ready', holds: false, says: `${name} is not Ready (${pod.status ?? 'no status'})` }
}

function sessionsHere(facts: Facts, node: string): Claim {
  const sessions = facts
    .rows('bgpSessions')
    .filter((session) => session.node === node && isWell(facts, nodeWithAddress(facts, session.peer)?.name))
  const coverage = facts.coverage('bgpSessions', { kind: 'node', name: node })
  if (sessions.length === 0 && coverage.kind !== 'complete')
    return { id: 'sessions-here', holds: 'unknown', says: `BIRD on ${node} was not asked for its sessions` }
  return sessionClaim('sessions-here', sessions, `on ${node}`)
}

/** The same sessions, as the other ends see them: one end alone may be wrong until its hold timer ends. */
function sessionsThere(facts: Facts, node: string): Claim {
  const addresses = addressesOf(nodeNamed(facts, node))
  const sessions = facts
    .rows('bgpSessions')
    .filter((session) => session.node !== node && addresses.includes(session.peer))
    .filter((session) => isWell(facts, session.node))
  if (sessions.length === 0)
    return {
      id: 'sessions-there',
      holds: 'unknown',
      says: `no other node was asked for its session with ${node}`,
    }
  return sessionClaim('sessions-there', sessions, `of other nodes with ${node}`)
}

function sessionClaim(
  id: 'sessions-here' | 'sessions-there',
  sessions: readonly Fact<BgpSessionRow>[],
  where: string,
): Claim {
  const down = sessions.filter(({ up }) => !up)
  const says = `${sessions.length - down.length} of ${sessions.length} BGP sessions ${where} are Established`
  const [first] = down
  return {
    id,
    holds: down.length === 0,
    says:
      first === undefined
        ? says
        : `${says}; ${first.node} → ${first.peer} is ${first.state} ${first.info ?? ''}`.trim(),
  }
}

function routeClaims({ facts, routing }: Look, node: string): readonly Claim[] {
  if (routing === undefined) return []
  const via = (name: string): readonly string[] => addressesOf(nodeNamed(facts, name))
  const lacking = (on: string, of: string): readonly string[] =>
    routing.blocks
      .filter((block) => block.node === of)
      .filter(
        ({ cidr }) =>
          !routing.routes.get(on)?.some((route) => route.to === cidr && via(of).includes(route.via)),
      )
      .map(({ cidr }) => `${cidr} (${of})`)
  const peers = facts.rows('nodes').filter(({ name }) => name !== node && isWell(facts, name))
  const seen = peers.filter(({ name }) => routing.routes.has(name))
  const claim = (
    id: 'routes-here' | 'routes-there',
    looked: boolean,
    missing: readonly string[],
    where: string,
  ): Claim =>
    looked
      ? {
          id,
          holds: missing.length === 0,
          says:
            missing.length === 0
              ? `every block has its route ${where}`
              : `no route ${where} to ${missing.join(', ')}`,
        }
      : { id, holds: 'unknown', says: `the routes ${where} were not read` }
  return [
    claim(
      'routes-here',
      routing.routes.has(node),
      peers.flatMap(({ name }) => lacking(node, name)),
      `on ${node}`,
    ),
    claim(
      'routes-there',
      seen.length > 0,
      seen.flatMap(({ name }) => lacking(name, node)),
      `from other nodes to ${node}`,
    ),
  ]
}

/** A peer that is broken itself says nothing about this node: its sessions and routes do not count. */
function isWell(facts: Facts, node: string | undefined): boolean {
  const pod = node === undefined ? undefined : calicoNodePodOf(facts, node)
  return pod?.ready !== false
}

const trafficClaim = ({ traffic }: Look): Claim =>
  traffic === undefined
    ? { id: 'traffic', holds: 'unknown', says: 'traffic not tested' }
    : { id: 'traffic', holds: traffic.holds, says: traffic.says }

/** The addresses by which BGP peers know a node. */
const addressesOf = (node: NodeRow | undefined): readonly string[] =>
  [node?.calicoIpv4?.split('/')[0], node?.internalIp].filter((address) => address !== undefined)
