import { ask } from '#cluster/asking.ts'
import type { Mode } from '#diagnosis/types.ts'
import { detector, type TimersState } from '#failures/bgp-session-timers/detect.ts'

export const mode: Mode<TimersState> = {
  id: 'bgp-session-timers',
  title: 'BGP sessions are slow or flap for reasons of time',
  owner: 'cluster',
  maturity: 'lab',
  detector,
  symptoms: ['bgp-session-down', 'calico-node-not-ready', 'pods-not-ready-on-node'],
  traffic:
    'Mostly yes: graceful restart keeps the routes while BIRD starts; where a hold timer expires, they go for some seconds.',
  prevent: [
    'Let nothing replace a node in its first four minutes because calico-node is not ready.',
    'Do not set keep-alive and hold times of routers to one and three seconds for sessions with nodes.',
  ],
  questions: (about, facts) => [
    ask(facts, about, {
      fills: ['messages', 'events', 'pods'],
      why: 'whether the list of peers gets shorter: look again after a minute, and after four',
      command: ({ namespace }) =>
        `kubectl get pods -n ${namespace} -l k8s-app=calico-node; kubectl get events -n ${namespace} --field-selector reason=Unhealthy --sort-by=.lastTimestamp`,
    }),
    ask(facts, about, {
      fills: ['messages'],
      why: 'whether BIRD waits for graceful restart, and for whom',
      command: ({ namespace, pod }) =>
        `kubectl exec -n ${namespace} ${pod} -c calico-node -- birdcl -s /var/run/calico/bird.ctl show status`,
      cost: 3,
    }),
    ask(facts, about, {
      fills: ['messages'],
      why: 'how often hold timers expire, and when',
      command: ({ namespace, pod }) =>
        `kubectl logs -n ${namespace} ${pod} -c calico-node --timestamps | grep -E 'Hold timer|hold time|I/O loop'`,
    }),
  ],
}
