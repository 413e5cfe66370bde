import { ask } from '#cluster/asking.ts'
import type { Mode } from '#diagnosis/types.ts'
import { type ConditionState, detector } from '#failures/node-condition-misleading/detect.ts'

export const mode: Mode<ConditionState> = {
  id: 'node-condition-misleading',
  title: 'The node’s NetworkUnavailable condition does not tell the truth',
  owner: 'cluster',
  maturity: 'lab',
  detector,
  symptoms: ['network-unavailable'],
  traffic:
    'Yes, where the condition is stuck True: only no new pods are placed there; where it is stale False, it says nothing.',
  prevent: [
    'Run the cloud’s controller manager with --configure-cloud-routes=false where Calico makes the routes.',
    'Watch calico-node’s readiness and its BGP sessions, not the condition.',
  ],
  questions: (about, facts) => [
    ask(facts, about, {
      fills: ['nodes', 'pods'],
      why: 'what the condition says, since when, and whether calico-node there is Ready',
      command: ({ node, namespace }) =>
        `kubectl get node ${node} -o jsonpath='{.status.conditions[?(@.type=="NetworkUnavailable")]}'; kubectl get pods -n ${namespace} -o wide | grep -e READY -e 'calico-node.*${node}'`,
    }),
    ask(facts, about, {
      fills: ['messages'],
      why: 'whether calico-node could write its condition',
      command: ({ namespace, pod }) =>
        `kubectl logs -n ${namespace} ${pod} -c calico-node --tail=5000 | grep -i NetworkUnavailable`,
    }),
    ask(facts, about, {
      fills: ['roles'],
      why: 'whether it is allowed to',
      command: ({ namespace }) =>
        `kubectl auth can-i patch nodes/status --as=system:serviceaccount:${namespace}:calico-node`,
    }),
    ask(facts, about, {
      fills: ['settings', 'events'],
      why: 'whether the cloud’s route controller is on',
      command:
        'kubectl get pods -n kube-system -l component=kube-controller-manager -o yaml | grep -E "configure-cloud-routes|cloud-provider"; kubectl get events -A | grep -i route',
    }),
  ],
}
