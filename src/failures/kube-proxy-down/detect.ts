import { type ApiContact, apiContacts } from '#cluster/api-contacts.ts'
import type { Fact, Reads } from '#cluster/facts.ts'
import { isBroken, kubeProxyPods } from '#cluster/kube-proxy.ts'
import { calicoNodePods, isHeardOf, isReady } from '#cluster/queries.ts'
import type { PodRow } from '#cluster/relations.ts'
import { isServiceAddress } from '#cluster/service-address.ts'
import { felixSettings, isOn } from '#cluster/settings.ts'
import { isRecent } from '#cluster/symptoms/recency.ts'
import { contactSigns } from '#diagnosis/contact-signs.ts'
import { defineDetector } from '#diagnosis/define-detector.ts'
import {
  explainsHere,
  findingsOf,
  type MessageSign,
  messageSigns,
  type Sign,
  sign,
} from '#diagnosis/signs.ts'
import type { Weight } from '#diagnosis/types.ts'
import { isWorthSaying } from '#diagnosis/worth-saying.ts'

export interface ProxyDownState {
  /** The kube-proxy pod that does not work, where it was shown. */
  readonly pod: string | undefined
}

type Needs =
  | 'pods'
  | 'messages'
  | 'daemonSets'
  | 'units'
  | 'filterChains'
  | 'endpoints'
  | 'settings'
  | 'services'
  | 'nodes'

/**
 * Finds nodes whose kube-proxy does not run or cannot write its rules, so that Service addresses, the API server's among them,
 * lead nowhere there. What Calico says is then only what follows.
 *
 * @see kubernetes/kubernetes:pkg/proxy/iptables/proxier.go (KUBE-SERVICES)
 */
export const detector = defineDetector<ProxyDownState, Needs>({
  needs: ['pods', 'messages'],
  uses: ['daemonSets', 'units', 'filterChains', 'endpoints', 'settings', 'services', 'nodes'],
  judges: 'node',
  detect: (view) => {
    const contacts = apiContacts(view).filter((one) => lost.has(one.outcome) && isServiceAddress(view, one))
    const own = [
      ...ofPods(view, contacts),
      ...ofUnits(view),
      ...messageSigns(view, ofLog),
      ...messageSigns(view, ofItsStart, { ofAnyAge: true }),
    ]
    const signs = [
      ...own,
      ...ofRules(view, contacts),
      ...ofDaemonSet(view),
      ...contactSigns(contacts, ({ address }) => [
        'weak',
        `the Service address ${address} does not lead to the API server`,
      ]),
      ...(own.length === 0 ? [] : withoutKubeProxy(view)),
    ]
    return findingsOf(signs, {
      judges: 'node',
      conclude: (here) =>
        isWorthSaying(here, view, ['api-unreachable', 'pod-traffic-failing'])
          ? {
              says: 'kube-proxy does not do its work: Service addresses lead nowhere on this node',
              state: { pod: kubeProxyPods(view).find(isBroken)?.name },
            }
          : undefined,
    })
  },
  explains: explainsHere,
})

const lost: ReadonlySet<string> = new Set(['timed-out', 'no-route', 'refused', 'no-answer'])

function ofPods(
  view: Reads<'pods' | 'messages' | 'nodes'>,
  contacts: readonly ApiContact[],
): readonly Sign[] {
  return kubeProxyPods(view)
    .filter((pod) => isBroken(pod) && isHeardOf(view, pod.node))
    .map((pod) => {
      const says = `${pod.name} does not run${pod.status === undefined ? '' : `: ${pod.status}`}`
      return sign(pod, weightOf(view, pod, contacts), says)
    })
}

/** kube-proxy that ends may be one victim among others; with what only a missing Service address explains, it is the cause. */
function weightOf(view: Reads<'pods' | 'messages'>, pod: PodRow, contacts: readonly ApiContact[]): Weight {
  if (pod.containers.some(({ lastTermination }) => lastTermination?.exitCode === 0)) return 'weak'
  if (isUnmade(view, pod)) return 'weak'
  const isHere = (node: string | undefined) =>
    node === undefined || pod.node === undefined || node === pod.node
  const isCutOff = contacts.some(({ about }) => about.kind !== 'node' || isHere(about.name))
  const isWaiting = calicoNodePods(view).some(
    (one) => isHere(one.node) && (one.status ?? '').startsWith('Init:'),
  )
  const isUnnamed = view
    .rows('messages')
    .some(({ message, node }) => message.id === 'cni/nodename-missing' && isHere(node))
  if (isCutOff || isWaiting || isUnnamed) return 'decisive'
  return calicoNodePods(view).some((one) => isHere(one.node) && isReady(one) === false) ? 'strong' : 'weak'
}

/** A pod of the host's network needs no CNI plugin: if even its sandbox cannot be made, the runtime is what is wrong. */
const isUnmade = (view: Reads<'messages'>, { namespace, name }: PodRow): boolean =>
  view
    .rows('messages')
    .some(
      ({ message, pod, atMs }) =>
        message.id === 'kubelet/sandbox-create-failed' &&
        pod?.name === name &&
        pod.namespace === namespace &&
        isRecent(view, atMs),
    )

const ofUnits = (view: Reads<'units'>): readonly Sign[] =>
  view
    .rows('units')
    .filter(
      ({ unit, active, restarts = 0 }) => unit === 'kube-proxy' && (active !== 'active' || restarts > 3),
    )
    .map((row) => sign(row, 'strong', `the unit kube-proxy is ${row.active}`))

const ofUnit =
  (says: string): MessageSign =>
  ({ message: { params } }) =>
    params.unit === 'kube-proxy.service' ? ['strong', says] : undefined

/** Said once, when kube-proxy starts, and true as long as it runs. */
const ofItsStart: Readonly<Record<string, MessageSign>> = {
  'kube-proxy/node-missing': ['strong', 'kube-proxy does not find its node under the name that it uses'],
  'kube-proxy/node-ip-invalid': ['strong', 'kube-proxy does not know its node’s address and takes loopback'],
  'kube-proxy/node-ip-assumed': ['weak', 'kube-proxy does not know its node’s address'],
  'kube-proxy/ipvs-unusable': ['strong', 'kube-proxy cannot use IPVS, as it was told to'],
  'kube-proxy/ipvs-modules-missing': ['strong', 'modules for IPVS are missing'],
  'kube-proxy/conntrack-unset': [
    'strong',
    'kube-proxy may not set the size of the table of connections, and ends',
  ],
  'kube-proxy/bridge-sysctl-unset': ['weak', 'kube-proxy misses br_netfilter'],
}

const ofLog: Readonly<Record<string, MessageSign>> = {
  'kube-proxy/restore-failed': ['strong', 'kube-proxy cannot write its rules'],
  'kube-proxy/ensure-failed': ['strong', 'kube-proxy cannot write its rules'],
  'kube-proxy/sync-failed': ['weak', 'kube-proxy tries to write its rules again'],
  'kube-proxy/iptables-missing': ['weak', 'the program iptables is not there'],
  'kube-proxy/iptables-unavailable': ['weak', 'iptables is of no use on this kernel'],
  'hearsay/kube-proxy-unwell': ['strong', 'kube-proxy does not work, as somebody says'],
  'systemd/restart-scheduled': ofUnit('systemd starts kube-proxy again and again'),
  'systemd/main-process-exited': ofUnit('kube-proxy ended'),
  'systemd/failed-to-start': ofUnit('kube-proxy could not be started'),
  'kubelet/back-off-restarting': ({ message: { params } }) =>
    params.container === 'kube-proxy' ? ['strong', 'kube-proxy ends again and again'] : undefined,
}

/** What the node's data plane holds of Services. */
function ofRules(
  view: Reads<'filterChains' | 'endpoints'>,
  contacts: readonly ApiContact[],
): readonly Sign[] {
  const empty = view
    .rows('endpoints')
    .filter(
      ({ name, seenBy, addresses }) =>
        seenBy === 'dataplane' && name === 'kubernetes' && addresses.length === 0,
    )
  const nat = view.rows('filterChains').filter(({ table, family }) => table === 'nat' && family === 4)
  const bare = nat.filter(
    ({ chain, node }) =>
      chain === 'PREROUTING' && !nat.some((other) => other.node === node && other.chain === 'KUBE-SERVICES'),
  )
  return [
    ...empty.map((row) => sign(row, 'weak', 'the node has no back-end for the Service kubernetes')),
    ...(contacts.length === 0
      ? []
      : bare.map((row) => sign(row, 'strong', 'the node’s nat table has no KUBE-SERVICES'))),
  ]
}

const ofDaemonSet = (view: Reads<'daemonSets'>): readonly Sign[] =>
  view
    .rows('daemonSets')
    .filter(({ name, desired = 0, ready = desired }) => name === 'kube-proxy' && ready < desired)
    .map((row) => sign(row, 'weak', `${row.ready} of ${row.desired} kube-proxies are ready`))

/** Felix does kube-proxy's work there: that it does not run is on purpose. */
const withoutKubeProxy = (view: Reads<'settings'>): readonly Sign[] =>
  felixSettings(view, 'BPFEnabled')
    .slice(0, 1)
    .filter(isOn)
    .map((row: Fact<{ readonly value: string; readonly node?: string }>) =>
      sign(row, 'against', 'Felix’s eBPF data plane stands in for kube-proxy'),
    )
