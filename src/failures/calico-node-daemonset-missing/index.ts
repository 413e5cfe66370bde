import { ask } from '#cluster/asking.ts'
import type { Mode } from '#diagnosis/types.ts'
import { detector, type MissingState } from '#failures/calico-node-daemonset-missing/detect.ts'

export const mode: Mode<MissingState> = {
  id: 'calico-node-daemonset-missing',
  title: 'The DaemonSet calico-node was deleted: nobody makes its pods',
  owner: 'cluster',
  maturity: 'lab',
  detector,
  symptoms: [
    'calico-node-missing-on-node',
    'cni-not-initialized',
    'node-not-ready',
    'network-unavailable',
    'sandbox-creation-failing',
    'operator-degraded',
    'bgp-session-down',
    'cross-node-traffic-failing',
    'pods-not-ready-on-node',
    'calico-pods-not-created',
  ],
  traffic:
    'Routes and rules that were programmed stay for a while and then age; nothing new is programmed, no pod starts.',
  prevent: [
    'Let nobody but the installer write in Calico’s namespace; audit deletions of DaemonSets.',
    'Alert on DaemonSets that are missing, not only on pods that are not ready.',
  ],
  questions: (about, facts) => [
    ask(facts, about, {
      fills: ['daemonSets'],
      why: 'whether the DaemonSet is there, in either namespace',
      command: 'kubectl get daemonsets -A',
    }),
    ask(facts, about, {
      fills: ['events', 'webhooks'],
      why: 'whether it is there and kept from making pods (FailedCreate, webhooks)',
      command:
        'kubectl get events -A --field-selector reason=FailedCreate; kubectl get validatingwebhookconfigurations,mutatingwebhookconfigurations',
    }),
    ask(facts, about, {
      fills: ['messages'],
      why: 'who made it before: an operator would make it again, and says what hinders it',
      command:
        'kubectl get installation,tigerastatus; kubectl logs -n tigera-operator deployment/tigera-operator --tail=100',
      cost: 2,
    }),
  ],
}
