import { ask } from '#cluster/asking.ts'
import type { Mode } from '#diagnosis/types.ts'
import { detector, type EndpointState, symptoms } from '#failures/health-endpoint-unreachable/detect.ts'

export const mode: Mode<EndpointState> = {
  id: 'health-endpoint-unreachable',
  title: 'Felix works, but its health check on localhost cannot be bound or reached',
  owner: 'node',
  maturity: 'lab',
  detector,
  symptoms: [...symptoms],
  traffic: 'It flows; but kubelet kills calico-node again and again because the liveness probe fails.',
  prevent: [
    'Keep “127.0.0.1 localhost” in /etc/hosts of every image and template, and let nothing touch lo.',
  ],
  questions: (about, facts) => [
    ask(facts, about, {
      fills: ['messages'],
      why: 'what the probe met: a lookup or bind error is this, a 503 is not',
      command: ({ namespace, pod }) =>
        `kubectl describe pod -n ${namespace} ${pod} | grep -i probe; kubectl logs -n ${namespace} ${pod} -c calico-node --tail=2000 | grep -i "health endpoint"`,
      cost: 1,
    }),
    ask(facts, about, {
      fills: ['links', 'settings'],
      why: 'whether lo is up, and what localhost means on this host',
      command: ({ node }) =>
        `ssh ${node} 'ip addr show lo; cat /etc/hosts; getent ahosts localhost; curl -sS http://localhost:9099/readiness'`,
      cost: 4,
    }),
    ask(facts, about, {
      fills: ['settings'],
      why: 'whether Felix was told to answer elsewhere',
      command: ({ namespace }) =>
        `kubectl get daemonset -n ${namespace} calico-node -o yaml | grep -A1 FELIX_HEALTH`,
      cost: 1,
    }),
  ],
}
