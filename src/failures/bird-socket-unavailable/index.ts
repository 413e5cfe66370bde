import { ask } from '#cluster/asking.ts'
import type { Mode } from '#diagnosis/types.ts'
import { detector, type SocketState } from '#failures/bird-socket-unavailable/detect.ts'

export const mode: Mode<SocketState> = {
  id: 'bird-socket-unavailable',
  title: 'BIRD’s control socket cannot be made or reached',
  owner: 'node',
  maturity: 'lab',
  detector,
  symptoms: ['bird-not-running', 'calico-node-not-ready', 'bgp-session-down', 'pods-not-ready-on-node'],
  traffic:
    'If only a tool is refused, yes; if BIRD does not run, old routes last for a while and new ones do not come.',
  prevent: [
    'Mount the folder /var/run/calico into the container, never the socket itself.',
    'Run calicoctl node status and birdcl as root, or inside the calico-node container.',
  ],
  questions: (about, facts) => [
    ask(facts, about, {
      fills: ['messages'],
      why: 'what BIRD says when it starts, and whether something before it failed',
      command: ({ namespace, pod }) =>
        `kubectl logs -n ${namespace} ${pod} -c calico-node --tail=2000 | grep -E '^bird: |FATAL|Terminating|ERROR' | tail -40`,
    }),
    ask(facts, about, {
      fills: ['hostPaths', 'processes'],
      why: 'whether bird.ctl is a socket, and whether BIRD runs at all',
      command: ({ node }) => `ssh ${node} 'ls -la /var/run/calico /var/run/bird; pgrep -a bird'`,
      cost: 3,
    }),
    ask(facts, about, {
      fills: ['bgpSessions'],
      why: 'whether the same question as root, inside the container, is answered',
      command: ({ namespace, pod }) =>
        `kubectl exec -n ${namespace} ${pod} -c calico-node -- birdcl -s /var/run/calico/bird.ctl show protocols`,
    }),
    ask(facts, about, {
      fills: ['mounts'],
      why: 'whether the folder is mounted, not the file',
      command: ({ namespace }) =>
        `kubectl get daemonset -n ${namespace} calico-node -o yaml | grep -B2 -A3 'run/calico'`,
    }),
  ],
}
