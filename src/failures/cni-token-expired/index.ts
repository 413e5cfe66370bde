import { ask } from '#cluster/asking.ts'
import type { Mode } from '#diagnosis/types.ts'
import { detector, type TokenState } from '#failures/cni-token-expired/detect.ts'

export const mode: Mode<TokenState> = {
  id: 'cni-token-expired',
  title: 'The CNI plugin’s token is expired or revoked (its kubeconfig on the host is stale)',
  owner: 'cluster',
  maturity: 'lab',
  detector,
  symptoms: ['sandbox-creation-failing', 'access-refused', 'pods-not-ready-on-node'],
  traffic: 'Pods that run go on; new ones wait in ContainerCreating and deleted ones in Terminating.',
  prevent: [
    'Leave CALICO_MANAGE_CNI on, so that calico-node renews the token every few hours.',
    'Restart the calico-node DaemonSet after the service-account keys or the API servers’ certificates were changed.',
  ],
  questions: (about, facts) => [
    ask(facts, about, {
      fills: ['pods'],
      why: 'whether calico-node itself is well there: then only the plugin’s token is at fault',
    }),
    ask(facts, about, {
      fills: ['messages'],
      why: 'whether calico-node renews the plugin’s token, and whether it is refused itself',
      command: ({ namespace, pod }) =>
        `kubectl logs -n ${namespace} ${pod} -c calico-node --tail=5000 | grep -iE 'CNI kubeconfig|CNI token|unauthorized'`,
    }),
    ask(facts, about, {
      fills: ['settings'],
      why: 'whether CALICO_MANAGE_CNI is switched off',
      command: ({ namespace }) =>
        `kubectl get daemonset -n ${namespace} calico-node -o yaml | grep -A1 CALICO_MANAGE_CNI`,
    }),
    ask(facts, about, {
      fills: ['hostPaths'],
      why: 'when the plugin’s kubeconfig was last written, and until when its token holds',
      command: ({ node }) => `ssh ${node} 'ls -l --time-style=full-iso /etc/cni/net.d/; date'`,
      cost: 5,
    }),
  ],
}
