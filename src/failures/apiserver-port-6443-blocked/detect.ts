import { type ApiContact, apiContacts } from '#cluster/api-contacts.ts'
import type { Fact, Reads } from '#cluster/facts.ts'
import { isBroken, kubeProxyPods } from '#cluster/kube-proxy.ts'
import { conditionOf, nodeWithAddress } from '#cluster/queries.ts'
import type { ReachabilityRow } from '#cluster/relations.ts'
import { isServiceAddress } from '#cluster/service-address.ts'
import { isSameSubject, nodeSubject } from '#cluster/subjects.ts'
import { conditionSource } from '#cluster/symptoms/node-conditions.ts'
import { contactSigns } from '#diagnosis/contact-signs.ts'
import { defineDetector } from '#diagnosis/define-detector.ts'
import { explainsHere, findingsOf, hasSign, type Sign, sign } from '#diagnosis/signs.ts'
import type { Weight } from '#diagnosis/types.ts'
import { isWorthSaying } from '#diagnosis/worth-saying.ts'
import { holdsPort } from '#failures/apiserver-port-6443-blocked/ports.ts'

export interface BlockedState {
  /** The control-plane host that does not let this node in, where it was named. */
  readonly server: string | undefined
}

type Needs =
  | 'messages'
  | 'reachability'
  | 'pods'
  | 'services'
  | 'nodes'
  | 'filterRules'
  | 'cloudRules'
  | 'attempts'

/**
 * Finds nodes that (some) control-plane hosts do not let in at the API server's port. By the Service address only a part of the
 * calls fails, since kube-proxy spreads them over all hosts.
 *
 * @see golang/go:src/net/net.go (no route to host: an ICMP answer of a firewall, or no answer to ARP)
 */
export const detector = defineDetector<BlockedState, Needs>({
  needs: ['messages', 'reachability'],
  uses: ['pods', 'services', 'nodes', 'filterRules', 'cloudRules', 'attempts'],
  judges: 'node',
  detect: (view) => {
    const contacts = apiContacts(view)
    const rules = ofRules(view)
    const signs = [
      ...contactSigns(contacts, (one) => meaningOf(view, one)),
      ...ofTests(view),
      ...rules,
      ...silencedBy(view, rules),
      ...view
        .rows('attempts')
        .filter(
          ({ act, outcome, after }) =>
            (act === 'open-port' || act === 'allow-in-firewall') &&
            outcome === 'cured' &&
            holdsPort(after, apiPort),
        )
        .map((row) => sign(row, 'strong', 'opening 6443 cured it')),
    ]
    // A rule that drops the port is one, whether kube-proxy runs or not.
    const isNarrowed = signs.length === 0 || hasSign(rules, 'decisive')
    return findingsOf([...signs, ...(isNarrowed ? [] : withoutKubeProxy(view))], {
      judges: 'node',
      conclude: (own) =>
        isWorthSaying(own, view, ['api-unreachable'])
          ? {
              says: 'a control-plane host does not let this node in at the API server’s port',
              state: { server: serverIn(view, contacts) },
            }
          : undefined,
    })
  },
  explains: explainsHere,
})

const apiPort = 6443

function meaningOf(
  view: Reads<'services' | 'nodes'>,
  one: ApiContact,
): readonly [Weight, string] | undefined {
  const { outcome, address } = one
  if (isServiceAddress(view, one)) {
    // kube-proxy did its work: behind the Service address some host said no.
    if (outcome === 'no-route')
      return ['strong', `a host behind the Service address ${address} rejects the connection`]
    return outcome === 'timed-out' || outcome === 'refused'
      ? ['weak', `the Service address ${address} does not answer`]
      : undefined
  }
  if (one.port !== String(apiPort)) return undefined
  if (outcome === 'no-route' || outcome === 'timed-out')
    return ['strong', `${address}:${apiPort} itself is out of reach`]
  return undefined
}

/** A closed port beside a host that answers leaves nothing else; so does a port that others reach. */
function ofTests(view: Reads<'reachability' | 'nodes'>): readonly Sign[] {
  const rows = view.rows('reachability')
  const tests = rows.filter(({ port, in: from }) => port === apiPort && from === 'host')
  return tests.flatMap((row) => {
    if (row.outcome === 'ok' || row.outcome === 'tls-failed')
      return [sign(row, 'against', `${row.to}:${apiPort} can be reached`)]
    if (!isClosed(row)) return []
    const isUp = rows.some(
      (other) =>
        other.to === row.to &&
        other.outcome === 'ok' &&
        (other.protocol === 'icmp' || other.port === 22 || other.port === apiPort),
    )
    return [
      sign(
        row,
        isUp ? 'decisive' : 'strong',
        `${nodeWithAddress(view, row.to)?.name ?? row.to}:${apiPort} cannot be reached${isUp ? ', and the host answers otherwise' : ''}`,
      ),
    ]
  })
}

const isClosed = ({ outcome }: Fact<ReachabilityRow>): boolean =>
  outcome === 'no-route' || outcome === 'timed-out'

/** A kubelet that nobody hears, on a node whose own rules keep it from calling. */
const silencedBy = (view: Reads<'nodes'>, rules: readonly Sign[]): readonly Sign[] =>
  view.rows('nodes').flatMap((node) => {
    const ready = conditionOf(node, 'Ready')
    const about = nodeSubject(node.name)
    return ready?.status === 'Unknown' && rules.some((rule) => isSameSubject(rule.about, about))
      ? [sign({ from: conditionSource(node, ready) }, 'decisive', 'nobody hears its kubelet', about)]
      : []
  })

const ofRules = (view: Reads<'filterRules' | 'cloudRules'>): readonly Sign[] => [
  ...view
    .rows('filterRules')
    .filter(({ target, ports }) => (target === 'DROP' || target === 'REJECT') && holdsPort(ports, apiPort))
    .map((row) => sign(row, 'decisive', `a rule of ${row.chain} drops ${row.ports}`)),
  ...view
    .rows('cloudRules')
    .filter(({ action, portMin }) => (action === 'deny' || action === 'drop') && portMin === apiPort)
    .map((row) => sign({ from: row.from }, 'strong', `${row.group} denies ${apiPort}`)),
]

/** It spreads the calls: while it does not run, the Service address says nothing of the hosts behind it. */
const withoutKubeProxy = (view: Reads<'pods'>): readonly Sign[] =>
  kubeProxyPods(view)
    .filter(isBroken)
    .map((pod) => sign(pod, 'against', `${pod.name} does not run`))

const serverIn = (view: Reads<'reachability'>, contacts: readonly ApiContact[]): string | undefined =>
  view.rows('reachability').find((row) => row.port === apiPort && isClosed(row))?.to ??
  contacts.find(({ port }) => port === String(apiPort))?.address
