import { ask } from '#cluster/asking.ts'
import type { Mode } from '#diagnosis/types.ts'
import { detector, type NodenameState } from '#failures/nodename-file-missing/detect.ts'

export const mode: Mode<NodenameState> = {
  id: 'nodename-file-missing',
  title: 'the file with the node’s name is not where the CNI plugin looks for it',
  owner: 'cluster',
  maturity: 'lab',
  detector,
  symptoms: ['sandbox-creation-failing', 'calico-node-not-ready', 'pods-not-ready-on-node'],
  traffic: 'Pods that run go on; new pods get no network on that node.',
  prevent: ['Apply manifests of one Calico version as a whole.'],
  questions: (about, facts) => [
    ask(facts, about, {
      fills: ['pods'],
      why: 'whether calico-node runs there at all',
    }),
    ask(facts, about, {
      fills: ['messages'],
      why: 'whether its start-up ended well',
      command: ({ namespace, pod }) =>
        `kubectl logs -n ${namespace} ${pod} -c calico-node --tail=2000 | grep -iE 'nodename|started|Terminating|mounted'`,
    }),
    ask(facts, about, {
      fills: ['settings'],
      why: 'whether the pod mounts /var/lib/calico',
      command: ({ namespace }) =>
        `kubectl get daemonset -n ${namespace} calico-node -o yaml | grep -B1 -A1 /var/lib/calico`,
      cost: 1,
    }),
    ask(facts, about, {
      fills: ['hostPaths'],
      why: 'whether the file is on the host',
      command: ({ node }) => `ssh ${node} 'stat /var/lib/calico /var/lib/calico/nodename'`,
      cost: 4,
    }),
  ],
}
