import { ask } from '#cluster/asking.ts'
import type { Mode } from '#diagnosis/types.ts'
import { detector, type ImageState } from '#failures/image-unavailable/detect.ts'

export const mode: Mode<ImageState> = {
  id: 'image-unavailable',
  title: 'An image of Calico’s cannot be pulled, or is damaged or of another processor',
  owner: 'cluster',
  maturity: 'lab',
  detector,
  symptoms: [
    'calico-image-not-pulled',
    'calico-node-not-ready',
    'cni-not-initialized',
    'node-not-ready',
    'typha-unreachable',
    'operator-degraded',
    'sandbox-creation-failing',
    'network-unavailable',
    'pods-not-ready-on-node',
    'cni-install-failing',
    'bgp-session-down',
  ],
  traffic:
    'A node that never had calico-node has no pod network; elsewhere pods go on until calico-node is restarted.',
  prevent: [
    'Mirror Calico’s images into a registry that the nodes always reach, and log in to it (imagePullSecrets).',
    'Pull the images on every node before an upgrade.',
  ],
  questions: (about, facts) => [
    ask(facts, about, {
      fills: ['events', 'messages'],
      why: 'what the registry answered',
      command: ({ namespace, pod }) => `kubectl describe pod -n ${namespace} ${pod} | tail -20`,
    }),
    ask(facts, about, {
      fills: ['pods'],
      why: 'which of Calico’s pods lack their image, and on which nodes',
      command: 'kubectl get pods -A -o wide | grep -E "calico|tigera" | grep -i image',
    }),
    ask(facts, about, {
      fills: ['reachability', 'messages'],
      why: 'whether the node reaches the registry, and whether what it holds fits its processor',
      command: ({ node }) => `ssh ${node} 'uname -m; crictl images | grep calico; crictl pull <image>'`,
      cost: 4,
    }),
  ],
}
