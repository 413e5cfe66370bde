import { ask } from '#cluster/asking.ts'
import type { Mode } from '#diagnosis/types.ts'
import { detector, symptoms, type WireguardState } from '#failures/wireguard-broken/detect.ts'

export const mode: Mode<WireguardState> = {
  id: 'wireguard-broken',
  title: 'WireGuard between the nodes does not come up, or locks a node out',
  owner: 'cluster',
  maturity: 'evidence-only',
  detector,
  symptoms: [...symptoms],
  traffic: 'Traffic between this node’s pods and those of other nodes is dropped; on one node it flows.',
  prevent: [
    'Have the module wireguard in every node’s kernel, and UDP 51820 (IPv6: 51821) open between nodes, before it is enabled.',
    'Run a Calico that clears stale keys before it contacts Typha (3.21 and newer).',
  ],
  questions: (about, facts) => [
    ask(facts, about, {
      fills: ['settings'],
      why: 'whether WireGuard is on, also for the hosts’ own traffic',
      command: 'kubectl get felixconfigurations.crd.projectcalico.org default -o yaml | grep -i wireguard',
      cost: 1,
    }),
    ask(facts, about, {
      fills: ['links', 'settings'],
      why: 'whether its device has an address, and when its peers last answered',
      command: ({ node }) =>
        `ssh ${node} 'ip addr show wireguard.cali; ip addr show wg-v6.cali; sudo wg show'`,
      cost: 4,
    }),
    ask(facts, about, {
      fills: ['messages'],
      why: 'what Felix says of WireGuard',
      command: ({ namespace, pod }) =>
        `kubectl logs -n ${namespace} ${pod} -c calico-node --tail=5000 | grep -i wireguard`,
    }),
    ask(facts, about, {
      fills: ['calicoNodes'],
      why: 'whether each node has published its key and address',
      command: 'calicoctl get nodes -o yaml | grep -E "name:|ireguard"',
      cost: 2,
    }),
  ],
}
