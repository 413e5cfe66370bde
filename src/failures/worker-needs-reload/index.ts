import { ask } from '#cluster/asking.ts'
import type { Mode } from '#diagnosis/types.ts'
import { detector } from '#failures/worker-needs-reload/detect.ts'

export const mode: Mode<undefined> = {
  id: 'worker-needs-reload',
  title: 'One worker is broken in a way that survives a reboot: it has to be reloaded or replaced',
  owner: 'provider',
  maturity: 'lab',
  detector,
  symptoms: [
    'calico-node-not-ready',
    'node-not-ready',
    'bgp-session-down',
    'pods-not-ready-on-node',
    'sandbox-creation-failing',
  ],
  traffic: 'Take it for lost: what still flows there depends on what is broken.',
  prevent: [
    'Where it comes back after a reload, look for what the provisioning puts there, at Typha, and at the network around the worker.',
  ],
  questions: (about, facts) => [
    ask(facts, about, {
      fills: ['pods'],
      why: 'whether it is this worker alone',
      command: ({ namespace }) => `kubectl get pods -n ${namespace} -o wide | grep calico-node`,
    }),
    ask(facts, about, {
      fills: ['events'],
      why: 'whether it was rebooted since the trouble began',
      command: ({ node }) =>
        `kubectl get events -A --field-selector involvedObject.name=${node},reason=Rebooted`,
    }),
  ],
}
