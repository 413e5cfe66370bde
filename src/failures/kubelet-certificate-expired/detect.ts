import type { Fact } from '#cluster/facts.ts'
import { endedKubeletCertificates } from '#cluster/kubelet-certificates.ts'
import { innerMessage } from '#cluster/queries.ts'
import type { MessageRow } from '#cluster/relations.ts'
import { isSameSubject } from '#cluster/subjects.ts'
import type { Symptom } from '#cluster/symptoms.ts'
import { defineDetector } from '#diagnosis/define-detector.ts'
import { explainsHere, findingsOf, type MessageSign, messageSigns, sign } from '#diagnosis/signs.ts'
import { isWorthSaying } from '#diagnosis/worth-saying.ts'

export interface EndedState {
  /** Whether the kubelet asked for a new one, and nobody signed it. */
  readonly isRefused: boolean
}

type Needs = 'messages' | 'certificates' | 'pods'

/**
 * Finds nodes whose kubelet shows the API server a client certificate that is out of its time: each request is answered Unauthorized,
 * and a kubelet that starts with it ends at once.
 *
 * @see kubernetes/kubernetes:pkg/kubelet/certificate/bootstrap/bootstrap.go (isClientConfigStillValid)
 * @see kubernetes/kubernetes:pkg/kubelet/certificate/transport.go (updateTransport)
 */
export const detector = defineDetector<EndedState, Needs>({
  needs: ['messages', 'certificates'],
  uses: ['pods'],
  judges: 'node',
  detect: (view) => {
    const refused = messageSigns(view, unsigned)
    const signs = [
      ...endedKubeletCertificates(view).map((one) => sign(one, 'decisive', one.says)),
      ...refused,
      ...messageSigns(view, toldByServer(view.symptoms)),
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

/** The server does not log whose certificate it was: of a kubelet's the node shows. */
function toldByServer(symptoms: readonly Symptom[]): Readonly<Record<string, MessageSign>> {
  const weight = symptoms.some(({ id, when }) => id === 'node-not-ready' && when === 'now')
    ? 'strong'
    : 'weak'
  return {
    'apiserver/authentication-failed': (row: Fact<MessageRow>) =>
      innerMessage(row, 'tls/expired')?.params.side === 'after'
        ? [weight, 'the API server refuses a client whose certificate is out of its time']
        : undefined,
  }
}
