import { ask } from '#cluster/asking.ts'
import type { Mode } from '#diagnosis/types.ts'
import { detector } from '#failures/worker-needs-reboot/detect.ts'

export const mode: Mode<undefined> = {
  id: 'worker-needs-reboot',
  title: 'One worker is in a state that a new calico-node pod does not cure: it needs a reboot',
  owner: 'node',
  maturity: 'lab',
  detector,
  symptoms: [
    'calico-node-not-ready',
    'bgp-session-down',
    'pods-not-ready-on-node',
    'sandbox-creation-failing',
    'network-unavailable',
  ],
  traffic: 'Pods there may still reach others while the kernel keeps its routes; nothing new gets a network.',
  prevent: ['Keep what was gathered before the reboot: it holds the cause, and the reboot destroys it.'],
  questions: (about, facts) => [
    ask(facts, about, {
      fills: ['pods'],
      why: 'whether it is this worker alone, and whether its pod was made anew already',
      command: ({ namespace }) => `kubectl get pods -n ${namespace} -o wide | grep calico-node`,
    }),
    ask(facts, about, {
      fills: ['attempts'],
      why: 'whether deleting the pod was tried, and what came of it',
      command: ({ namespace, pod }) =>
        `kubectl get events -n ${namespace} --field-selector involvedObject.name=${pod}`,
      cost: 3,
    }),
  ],
}
