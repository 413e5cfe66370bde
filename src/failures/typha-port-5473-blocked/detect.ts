import type { Fact, Reads } from '#cluster/facts.ts'
import { calicoNodePods, isReady } from '#cluster/queries.ts'
import { coversPort, isKubeProxysChain, isRefusal } from '#cluster/refusals.ts'
import type { CloudRuleRow, FilterRuleRow, ReachabilityRow } from '#cluster/relations.ts'
import { clusterSubject } from '#cluster/subjects.ts'
import { type TyphaContact, typhaContacts, typhaEndpoints, typhaPods, typhaPort } from '#cluster/typha.ts'
import { defineDetector } from '#diagnosis/define-detector.ts'
import { explainsHere, findingsOf, type Sign, sign } from '#diagnosis/signs.ts'
import { isWorthSaying } from '#diagnosis/worth-saying.ts'
import { elsewise } from '#failures/typha-port-5473-blocked/elsewise.ts'

export interface BlockedState {
  /** The Typha that is out of reach, where a line or a test named it. */
  readonly address: string | undefined
}

type Needs =
  | 'messages'
  | 'pods'
  | 'endpoints'
  | 'settings'
  | 'reachability'
  | 'filterRules'
  | 'cloudRules'
  | 'attempts'

/**
 * Finds nodes whose connections to Typha on other nodes get lost: TCP 5473 is not let through between nodes. What calico-node
 * logs is the same where WireGuard locks the node out or Typha's host is gone; a test of the port, or the rule itself, decides.
 *
 * @see projectcalico/calico:typha/pkg/syncclient/sync_client.go (Failed to connect to typha endpoint)
 */
export const detector = defineDetector<BlockedState, Needs>({
  needs: ['messages', 'pods', 'reachability'],
  uses: ['endpoints', 'settings', 'filterRules', 'cloudRules', 'attempts'],
  judges: 'node',
  detect: (view) => {
    const contacts = typhaContacts(view).filter(({ outcome }) => outcome !== 'certificate')
    const lost = contacts.filter(({ outcome }) => silent.has(outcome))
    const tests = view
      .rows('reachability')
      .filter(({ port, in: from }) => port === typhaPort && from === 'host')
    const failed = tests.filter(({ outcome }) => outcome === 'timed-out' || outcome === 'no-route')
    const isMissed = lost.length > 0 || failed.length > 0
    const signs = [
      ...lost.map(ofContact),
      ...failed.map((row) => ofTest(view, row)),
      ...ofRules(view, isMissed),
      ...(isMissed ? [...ofCloud(view), ...ofNodes(view)] : []),
      ...ofPeople(view),
    ]
    if (signs.length === 0) return []
    return findingsOf([...signs, ...elsewise(view, tests)], {
      judges: 'node',
      conclude: (own) =>
        isWorthSaying(own, view, ['typha-unreachable'])
          ? {
              says: `TCP ${typhaPort} does not get through to Typha on another node`,
              state: { address: lost[0]?.address ?? failed[0]?.to },
            }
          : undefined,
    })
  },
  explains: explainsHere,
})

/** Nothing came back, or a device in between said no; a refusal comes from the host itself, where nobody listens. */
const silent: ReadonlySet<TyphaContact['outcome']> = new Set(['timed-out', 'no-route', 'not-permitted'])

const ofContact = ({ outcome, address, row, about }: TyphaContact): Sign => {
  const how =
    outcome === 'timed-out'
      ? 'nothing answers'
      : outcome === 'no-route'
        ? 'no route to host'
        : 'not permitted'
  return sign(
    row,
    // Silence is also what a host that is gone, and WireGuard without the peer's key, leave behind.
    outcome === 'timed-out' ? 'weak' : 'strong',
    `connections to Typha${address === undefined ? '' : ` at ${address}`} fail: ${how}`,
    about,
  )
}

/** Where that very Typha is known to be ready, only the way to it is left. */
function ofTest(view: Reads<'pods' | 'endpoints'>, row: Fact<ReachabilityRow>): Sign {
  const isBehind = typhaEndpoints(view).some(({ addresses }) => addresses.includes(`${row.to}:${typhaPort}`))
  const isThere = typhaPods(view).some(
    (pod) => isReady(pod) === true && (pod.ip === row.to || pod.ip === undefined),
  )
  const weight = isBehind || isThere ? 'decisive' : 'strong'
  const known = weight === 'decisive' ? ', where a Typha is ready' : ''
  return sign(row, weight, `a test from the host to ${row.to}:${typhaPort} fails${known}`)
}

/** A rule for this port that drops, with no exception before it. */
function ofRules(view: Reads<'filterRules'>, isMissed: boolean): readonly Sign[] {
  const rules = view.rows('filterRules').filter(({ ports }) => coversPort(ports, typhaPort))
  return rules
    .filter((rule) => isRefusal(rule) && rule.protocol !== 'udp' && !isKubeProxysChain(rule.chain))
    .filter((rule) => !rules.some((other) => isExceptionTo(other, rule)))
    .map((rule) =>
      sign(rule, weightOf(rule, isMissed), `a rule of ${rule.chain} (${rule.target}) takes TCP ${typhaPort}`),
    )
}

const weightOf = ({ packets = 0 }: FilterRuleRow, isMissed: boolean): Sign['weight'] =>
  isMissed ? 'decisive' : packets > 0 ? 'strong' : 'weak'

const isExceptionTo = (other: FilterRuleRow, rule: FilterRuleRow): boolean =>
  other.target === 'ACCEPT' &&
  other.node === rule.node &&
  other.table === rule.table &&
  other.chain === rule.chain &&
  other.position < rule.position

/** A security group that was shown with what it lets in over TCP, this port not among it. */
function ofCloud(view: Reads<'cloudRules'>): readonly Sign[] {
  const groups = Map.groupBy(
    view
      .rows('cloudRules')
      .filter(({ kind, direction }) => kind === 'security-group' && direction === 'inbound'),
    ({ group }) => group,
  )
  return [...groups.values()].flatMap((rules) => {
    const tcp = rules.filter((rule) => rule.action !== 'deny' && (rule.protocol ?? 'all') !== 'udp')
    const [first] = tcp
    if (first === undefined || tcp.some(isOpen)) return []
    return [
      sign(first, 'strong', `no inbound rule of ${first.group} lets TCP ${typhaPort} in`, clusterSubject),
    ]
  })
}

function isOpen({ protocol = 'all', portMin, portMax }: CloudRuleRow): boolean {
  if (protocol !== 'tcp' && protocol !== 'all') return false
  return portMin === undefined || (portMin <= typhaPort && typhaPort <= (portMax ?? portMin))
}

/** Nodes with a Typha of their own need no network for it: exactly the others suffer. */
function ofNodes(view: Reads<'pods'>): readonly Sign[] {
  const own = new Set(typhaPods(view).flatMap(({ node }) => node ?? []))
  const sick = calicoNodePods(view).filter((pod) => isReady(pod) === false && pod.node !== undefined)
  const well = calicoNodePods(view).filter((pod) => isReady(pod) === true && pod.node !== undefined)
  const isSplit =
    own.size > 0 &&
    well.length > 0 &&
    sick.every(({ node = '' }) => !own.has(node)) &&
    well.every(({ node = '' }) => own.has(node))
  return isSplit
    ? sick.map((pod) => sign(pod, 'strong', 'exactly the nodes without a Typha of their own suffer'))
    : []
}

function ofPeople(view: Reads<'attempts'>): readonly Sign[] {
  const opened = view.rows('attempts').filter(({ act, after }) => act === 'open-port' && isTyphaPort(after))
  return opened.flatMap((row) => {
    if (row.outcome === 'cured') return [sign(row, 'strong', `opening TCP ${typhaPort} cured it`)]
    return row.outcome === 'no-change'
      ? [sign(row, 'against', `opening TCP ${typhaPort} changed nothing`)]
      : []
  })
}

/** `5473`, `5473/tcp`, `tcp/5473`, as people and commands write it. */
const isTyphaPort = (written = ''): boolean => written.split('/').some((part) => coversPort(part, typhaPort))
