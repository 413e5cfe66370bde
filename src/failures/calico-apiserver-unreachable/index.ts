import { ask } from '#cluster/asking.ts'
import type { Mode } from '#diagnosis/types.ts'
import { type CalicoApiState, detector } from '#failures/calico-apiserver-unreachable/detect.ts'

export const mode: Mode<CalicoApiState> = {
  id: 'calico-apiserver-unreachable',
  title: 'The aggregated API v3.projectcalico.org does not answer',
  owner: 'cluster',
  maturity: 'lab',
  detector,
  symptoms: ['calico-api-unavailable', 'operator-degraded', 'resource-refused'],
  traffic:
    'The pod network does not need it and goes on; only kubectl, the operator and deletions of namespaces suffer.',
  prevent: [
    'Let the control plane reach TCP 5443 of the nodes, or run calico-apiserver with hostNetwork where it cannot reach pods.',
    'Alert on APIServices that are not available.',
  ],
  questions: (about, facts) => [
    ask(facts, about, {
      fills: ['apiServices'],
      why: 'whether the API is available, and the reason',
      command:
        'kubectl get apiservices | grep projectcalico; kubectl describe apiservice v3.projectcalico.org',
    }),
    ask(facts, about, {
      fills: ['pods', 'endpoints'],
      why: 'whether calico-apiserver runs, and whether its Service leads to it',
      command: 'kubectl get pods,endpoints -A -o wide | grep -E "calico-apiserver|calico-api"',
    }),
    ask(facts, about, {
      fills: ['messages'],
      why: 'what calico-apiserver itself says',
      command:
        'kubectl logs -A -l k8s-app=calico-apiserver --tail=100 || kubectl logs -n calico-apiserver -l apiserver=true --tail=100',
      cost: 2,
    }),
  ],
}
