/** What the Kubernetes API shows of certificates that count no more: whom the API server refuses for that, and who asks for another. */
import { parseTime } from '#base/clock.ts'
import type { Fact, Reads } from '#cluster/facts.ts'
import { conditionOf, innerMessage, nodeNamed } from '#cluster/queries.ts'
import type { MessageRow, NodeRow, SigningRequestRow } from '#cluster/relations.ts'
import { isSilent, silenceOf } from '#cluster/silent-nodes.ts'

/** Somebody was refused whose certificate was over. The API server does not say who it was. */
export interface Refusal {
  /** When it ended, as the API server wrote it. */
  readonly end: string
  readonly endMs: number
}

/**
 * Of a line of the API server's log; undefined for every other message.
 *
 * @see kubernetes/apiserver:pkg/authentication/request/x509/x509.go (AuthenticateRequest)
 */
export function refusalOf(row: MessageRow): Refusal | undefined {
  if (row.message.id !== 'apiserver/authentication-failed') return undefined
  const { now = '', side, limit: end = '' } = innerMessage(row, 'tls/expired')?.params ?? {}
  const endMs = parseTime(end)
  if (side !== 'after' || endMs === undefined) return undefined
  return { end, endMs: endMs + shiftOf(row.atMs, parseTime(now)) }
}

/** Somebody was refused whose certificate another authority has signed: a kubelet of a cluster that was set up anew, say. */
export const isOfStranger = (row: MessageRow): boolean =>
  row.message.id === 'apiserver/authentication-failed' &&
  innerMessage(row, 'tls/unknown-authority') !== undefined

const weekMs = 7 * 24 * 3_600_000

/**
 * A served lab that has jumped shifts the times that it shows, and not those in the words of a log: when the line was written tells by how
 * much (decision 0006). A time that is further away is of a line without its year.
 */
const shiftOf = (atMs: number | undefined, saidMs: number | undefined): number =>
  atMs === undefined || saidMs === undefined || Math.abs(atMs - saidMs) > weekMs ? 0 : atMs - saidMs

/** The grace period is 40 seconds, from Kubernetes 1.31 on 50; the node controller looks every five. */
const toldWithinMs = 2 * 60_000

/**
 * Nodes that were last heard of as this certificate ended.
 *
 * @see kubernetes/kubernetes:pkg/controller/nodelifecycle/config/v1alpha1/defaults.go (NodeMonitorGracePeriod)
 */
export const silentSince = (view: Reads<'nodes'>, { endMs }: Refusal): readonly Fact<NodeRow>[] =>
  silenceOf(view).silent.filter((node) => {
    const toldAtMs = conditionOf(node, 'Ready')?.transitionAtMs
    return toldAtMs !== undefined && endMs <= toldAtMs && toldAtMs <= endMs + toldWithinMs
  })

/** Who signs what kubelets show the API server: kubernetes/api:certificates/v1/types.go (KubeAPIServerClientKubeletSignerName). */
export const kubeletClientSigner = 'kubernetes.io/kube-apiserver-client-kubelet'

export interface RequestInVain {
  readonly node: string
  readonly request: Fact<SigningRequestRow>
  /** Nobody hears of the node, and it is a client's certificate that it asked for (before Kubernetes 1.19 nobody can tell). */
  readonly isSure: boolean
}

/** What kubelets of nodes that are not Ready asked for, and did not get. */
export const requestsInVain = (view: Reads<'signingRequests' | 'nodes'>): readonly RequestInVain[] =>
  view.rows('signingRequests').flatMap((request) => {
    const { requestor = '', state, signer = kubeletClientSigner } = request
    if (!requestor.startsWith(ofNodes) || !unheeded.has(state) || signer !== kubeletClientSigner) return []
    const name = requestor.slice(ofNodes.length)
    const node = nodeNamed(view, name)
    const ready = node === undefined ? undefined : conditionOf(node, 'Ready')
    if (ready?.status === 'True') return []
    const isUnheard = node !== undefined && ready !== undefined && isSilent(ready, node)
    return [{ node: name, request, isSure: isUnheard && request.signer !== undefined }]
  })

const ofNodes = 'system:node:'
const unheeded: ReadonlySet<SigningRequestRow['state']> = new Set(['pending', 'denied', 'failed'])
