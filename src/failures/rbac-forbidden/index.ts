import { ask } from '#cluster/asking.ts'
import type { Mode } from '#diagnosis/types.ts'
import { detector, type ForbiddenState } from '#failures/rbac-forbidden/detect.ts'

export const mode: Mode<ForbiddenState> = {
  id: 'rbac-forbidden',
  title: 'Calico’s account lacks a right (role older than the image, or deleted)',
  owner: 'cluster',
  maturity: 'lab',
  detector,
  symptoms: [
    'access-refused',
    'calico-node-start-failing',
    'calico-node-not-ready',
    'bgp-session-down',
    'bird-not-running', // confd waits for what it may not read, and BIRD for what confd renders
    'cni-install-failing',
    'api-unreachable',
    'sandbox-creation-failing',
    'typha-unreachable',
    'network-unavailable',
    'node-not-ready',
    'cni-not-initialized',
    'pods-not-ready-on-node',
    'operator-degraded',
  ],
  traffic:
    'Pods that run go on; what needs the refused right (new pods, new nodes, policy changes) does not happen.',
  prevent: [
    'Upgrade Calico with the whole manifest or chart of the release, never by its image alone.',
    'Check the rights before: kubectl auth can-i --list --as=system:serviceaccount:kube-system:calico-node.',
  ],
  questions: (about, facts) => [
    ask(facts, about, {
      fills: ['messages'],
      why: 'whether the API server says “is forbidden”, of whom and of what; a log level of error hides it',
      command: ({ namespace, pod }) =>
        `kubectl logs -n ${namespace} ${pod} --all-containers --tail=2000 | grep -iE 'forbidden|unauthorized'`,
    }),
    ask(facts, about, {
      fills: ['roles'],
      why: 'whether the role gives what the running version needs',
      command: 'kubectl get clusterrole calico-node calico-cni-plugin -o yaml',
    }),
    ask(facts, about, { fills: ['versions'], why: 'which version of Calico asks for these rights' }),
  ],
}
