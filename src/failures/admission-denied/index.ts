import { ask } from '#cluster/asking.ts'
import type { Mode } from '#diagnosis/types.ts'
import { type DeniedState, detector } from '#failures/admission-denied/detect.ts'

export const mode: Mode<DeniedState> = {
  id: 'admission-denied',
  title: 'Admission (pod security, a webhook, a quota) keeps Calico’s pods from being made',
  owner: 'cluster',
  maturity: 'lab',
  detector,
  symptoms: [
    'calico-pods-not-created',
    'calico-node-missing-on-node',
    'operator-degraded',
    'cni-not-initialized',
    'node-not-ready',
    'sandbox-creation-failing',
    'network-unavailable',
    'typha-unreachable',
    'calico-node-not-ready',
    'bgp-session-down',
    'pods-not-ready-on-node',
    'access-refused',
  ],
  traffic:
    'Pods that run keep what was programmed; nodes without calico-node get no new pods and no updates.',
  prevent: [
    'Exempt Calico’s namespaces from every webhook (namespaceSelector), and give webhooks about pods failurePolicy Ignore.',
    'Label Calico’s namespaces pod-security.kubernetes.io/enforce: privileged.',
  ],
  questions: (about, facts) => [
    ask(facts, about, {
      fills: ['events', 'daemonSets'],
      why: 'whether the DaemonSet’s events say FailedCreate, and who refuses',
      command: ({ namespace }) => `kubectl describe daemonset -n ${namespace} calico-node | tail -20`,
    }),
    ask(facts, about, {
      fills: ['webhooks'],
      why: 'which webhooks are asked about pods, and whether their back-ends live on the pod network',
      command:
        'kubectl get validatingwebhookconfigurations,mutatingwebhookconfigurations -o yaml | grep -E "^    name:|failurePolicy|service:|namespace:"',
    }),
    ask(facts, about, {
      fills: ['messages'],
      why: 'whether the operator itself is refused',
      command:
        'kubectl logs -n tigera-operator deployment/tigera-operator --tail=200 | grep -iE "webhook|forbidden|PodSecurity"',
      cost: 2,
    }),
  ],
}
