import type { Fact, Reads } from '#cluster/facts.ts'
import { endedKubeletCertificates } from '#cluster/kubelet-certificates.ts'
import { conditionOf } from '#cluster/queries.ts'
import { refusalOf, requestsInVain, silentSince } from '#cluster/refused-certificates.ts'
import type { MessageRow } from '#cluster/relations.ts'
import { silenceOf } from '#cluster/silent-nodes.ts'
import { isSameSubject, nodeSubject } from '#cluster/subjects.ts'
import { defineDetector } from '#diagnosis/define-detector.ts'
import {
  explainsHere,
  findingsOf,
  type MessageSign,
  messageSigns,
  type Sign,
  sign,
} from '#diagnosis/signs.ts'
import type { View } from '#diagnosis/types.ts'
import { isWorthSaying } from '#diagnosis/worth-saying.ts'

export interface EndedState {
  /** Whether the kubelet asked for a new one, and nobody signed it. */
  readonly isRefused: boolean
}

type Needs = 'messages' | 'certificates' | 'pods' | 'nodes' | 'signingRequests'

/**
 * Finds nodes whose kubelet shows the API server a client certificate that is out of its time: each request is answered Unauthorized,
 * and a kubelet that starts with it ends at once.
 *
 * @see kubernetes/kubernetes:pkg/kubelet/certificate/bootstrap/bootstrap.go (isClientConfigStillValid)
 * @see kubernetes/kubernetes:pkg/kubelet/certificate/transport.go (updateTransport)
 */
export const detector = defineDetector<EndedState, Needs>({
  needs: ['messages', 'certificates'],
  uses: ['pods', 'nodes', 'signingRequests'],
  judges: 'node',
  detect: (view) => {
    const refused = [...messageSigns(view, unsigned), ...waitingRequests(view)]
    const signs = [
      ...endedKubeletCertificates(view).map((one) => sign(one, 'decisive', one.says)),
      ...refused,
      ...messageSigns(view, toldByServer(view)),
    ]
    return findingsOf(signs, {
      judges: 'node',
      conclude: (own, about) =>
        isWorthSaying(own, view, ['node-not-ready'])
          ? {
              says: 'the kubelet’s client certificate is out of its time',
              state: { isRefused: refused.some((one) => isSameSubject(one.about, about)) },
            }
          : undefined,
    })
  },
  // Pods elsewhere that call pods of this node fail their probes, too: Services send them nothing.
  explains: (finding, symptom) => symptom.id === 'pods-not-ready-on-node' || explainsHere(finding, symptom),
})

const unsigned: Readonly<Record<string, MessageSign>> = {
  'kubelet/certificate-request-failed': ['weak', 'the kubelet cannot ask for a new client certificate'],
  'kubelet/certificate-not-signed': ['weak', 'the kubelet asked for a new client certificate and got none'],
}

const waitingRequests = (view: Reads<'signingRequests' | 'nodes'>): readonly Sign[] =>
  requestsInVain(view).map(({ node, request, isSure }) =>
    sign(
      request,
      isSure ? 'strong' : 'weak',
      `its request for a new certificate, ${request.name}, is ${request.state}`,
      nodeSubject(node),
    ),
  )

/** The server does not log whose certificate it was: of a kubelet's the node shows, or the time at which it was last heard of. */
function toldByServer(view: View<Needs>): Readonly<Record<string, MessageSign>> {
  const { silent } = silenceOf(view)
  const isSick = view.symptoms.some(({ id, when }) => id === 'node-not-ready' && when === 'now')
  // Of each node that is silent it is known since when: then a certificate that ended at another time is another client's.
  const isTimed =
    silent.length > 0 && silent.every((node) => conditionOf(node, 'Ready')?.transitionAtMs !== undefined)
  return {
    'apiserver/authentication-failed': (row: Fact<MessageRow>) => {
      const refusal = refusalOf(row)
      if (refusal === undefined) return undefined
      const isTheirs = isSick && (!isTimed || silentSince(view, refusal).length > 0)
      return [
        isTheirs ? 'strong' : 'weak',
        'the API server refuses a client whose certificate is out of its time',
      ]
    },
  }
}
