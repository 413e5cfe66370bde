/** Who speaks of the Kubernetes API in a message, and how its request ended: what ids of the catalogue mean. */
import type { Reads } from '#cluster/facts.ts'
import { isOfCalicoNode } from '#cluster/queries.ts'
import type { MessageRow } from '#cluster/relations.ts'

/**
 * - `cni-plugin`: runs on the host in the runtime's environment, with the token of its own kubeconfig.
 * - `calico-node`: with its own account, also its init container, Typha, and the writer of the plugin's token.
 * - `pod`: on the pod network: kube-controllers, the Calico API server, CoreDNS.
 * - `other`: nobody knows, or a person with kubectl.
 */
export type ApiCaller = 'cni-plugin' | 'calico-node' | 'pod' | 'other'

export type ApiOutcome =
  | 'timed-out'
  | 'no-route'
  | 'unreachable'
  | 'refused'
  | 'reset'
  | 'not-permitted'
  | 'wrong-name'
  | 'expired'
  | 'untrusted'
  | 'handshake-timeout'
  | 'proxy-answer'
  | 'ended' // the connection was closed in the middle
  | 'no-answer' // connected or not, nothing came in time
  | 'unauthorized' // 401
  | 'forbidden' // 403

/** The first of these that a line holds decides: what a proxy or TLS says is more than that a request failed. */
export const outcomes: Readonly<Record<string, ApiOutcome>> = {
  'http/answer': 'proxy-answer',
  'http/proxy-unreachable': 'proxy-answer',
  'tls/wrong-name': 'wrong-name',
  'tls/legacy-common-name': 'wrong-name',
  'tls/expired': 'expired',
  'tls/unknown-authority': 'untrusted',
  'tls/handshake-timeout': 'handshake-timeout',
  'dial/timeout': 'timed-out',
  'dial/no-route': 'no-route',
  'dial/unreachable': 'unreachable',
  'dial/refused': 'refused',
  'dial/reset': 'reset',
  'dial/not-permitted': 'not-permitted',
  'api/forbidden': 'forbidden',
  'api/forbidden-cut': 'forbidden',
  'api/unauthorized': 'unauthorized',
  'api/credentials-asked': 'unauthorized',
  'cni/unauthorized': 'unauthorized',
  'cni/unauthorized-bare': 'unauthorized',
  'go/unexpected-eof': 'ended',
  'http/eof': 'ended',
  'http/awaiting-headers': 'no-answer',
  'go/deadline-exceeded': 'no-answer',
  'http/waiting-for-connection': 'no-answer',
}

/** These quote errors of other servers: Typha, webhooks, registries, aggregated APIs, etcd, and the runtime's socket. */
export const elsewhere: ReadonlySet<string> = new Set([
  'typha/endpoint-failed',
  'typha/all-failed',
  'felix/typha-connect-failed',
  'felix/typha-gave-up',
  'confd/typha-lost',
  'api/webhook-failed',
  'api/pod-security-violated',
  'apiservice/no-response',
  'apiservice/unavailable',
  'kubelet/pull-failed',
  'kubelet/back-off-pulling',
  'kubelet/mount-failed',
  'grpc/handshake-failed',
  'grpc/dial-failed',
  'etcd/unavailable',
  'etcd/client-failed',
  'etcd/retrying',
  'etcd/endpoint-deadline',
])

/** Whose request it was, by the message’s id, else by the container and pod that printed it. */
export function callerOf(view: Reads<'pods'>, row: MessageRow): ApiCaller {
  const { id } = row.message
  const known = callers.find(([starts]) => id.startsWith(starts))?.[1]
  if (known !== undefined) return known
  if (isOfCalicoNode(view, row) || row.container === 'install-cni') return 'calico-node'
  const pod = view.rows('pods').find(({ name }) => name === row.pod?.name)
  return pod?.component === 'calico-kube-controllers' || row.container === 'calico-kube-controllers'
    ? 'pod'
    : 'other'
}

/** Whose words these are, by the beginning of their id; the first that fits. */
const callers: readonly (readonly [string, ApiCaller])[] = [
  ['cni/token-', 'calico-node'],
  ['cni/own-token', 'calico-node'],
  ['cni/', 'cni-plugin'],
  ['ipam/', 'cni-plugin'],
  ['multus/', 'cni-plugin'],
  ['crio/', 'cni-plugin'],
  ['runtime/', 'cni-plugin'],
  ['containerd/sandbox', 'cni-plugin'],
  ['kubelet/sandbox', 'cni-plugin'],
  ['kubelet/kill-pod', 'cni-plugin'],
  ['install-cni/', 'calico-node'],
  ['startup/', 'calico-node'],
  ['tunnel/', 'calico-node'],
  ['felix/', 'calico-node'],
  ['confd/', 'calico-node'],
  ['typha/', 'calico-node'],
  // Only what runs for long follows resources; the other wrappers of libcalico-go are everybody's.
  ['datastore/list-', 'calico-node'],
  ['datastore/watch-', 'calico-node'],
  ['datastore/tier-', 'calico-node'],
  ['kube-controllers/', 'pod'],
  ['calico-apiserver/', 'pod'],
  ['coredns/', 'pod'],
]
