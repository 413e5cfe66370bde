import { ask } from '#cluster/asking.ts'
import type { Mode } from '#diagnosis/types.ts'
import { detector, farSymptoms, nearSymptoms, type OomState } from '#failures/oom-killed/detect.ts'

export const mode: Mode<OomState> = {
  id: 'oom-killed',
  title: 'A container of Calico’s is killed for memory',
  owner: 'cluster',
  maturity: 'lab',
  detector,
  symptoms: [...nearSymptoms, ...farSymptoms],
  traffic:
    'Mostly yes: a killed calico-node leaves routes and rules behind, and its peers keep its routes for two minutes.',
  prevent: [
    'Set the limit by what calico-node uses when it starts in the full cluster, twice as much, or set none.',
    'Watch the memory of calico-node and Typha while the cluster grows.',
  ],
  questions: (about, facts) => [
    ask(facts, about, {
      fills: ['pods'],
      why: 'whether its last state is OOMKilled (exit code 137)',
      command: ({ namespace, pod }) =>
        `kubectl describe pod -n ${namespace} ${pod} | grep -A6 -E 'State|Limits'`,
    }),
    ask(facts, about, {
      fills: ['settings'],
      why: 'how near to its limit it is',
      command: ({ namespace }) =>
        `kubectl top pods -n ${namespace} --containers | grep calico; kubectl get daemonset -n ${namespace} calico-node -o jsonpath='{.spec.template.spec.containers[*].resources}'`,
    }),
    ask(facts, about, {
      fills: ['messages'],
      why: 'whether the kernel killed it, and for whose limit',
      command: ({ node }) =>
        `ssh ${node} 'dmesg -T | grep -iE "out of memory|killed process|oom-kill"; free -m'`,
      cost: 4,
    }),
  ],
}
